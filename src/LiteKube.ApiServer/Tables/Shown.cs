using System.Globalization;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.ApiServer.Tables;

/// <summary>Parts that many tables share, in kubectl's words.</summary>
internal static class Shown
{
    public const string None = "<none>";
    public const string Unset = "<unset>";
    public const string Unknown = "<unknown>";

    public static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;

    public static string Ratio(int? have, int? want) => string.Create(CultureInfo.InvariantCulture, $"{have ?? 0}/{want ?? 0}");

    public static string Join(IEnumerable<string> parts) => OrNone(string.Join(',', parts));

    public static string Selector(LabelSelector? selector) => selector is null ? None : OrNone(LabelMatcher.Of(selector).ToString());

    public static string Labels(IReadOnlyDictionary<string, string> labels) =>
        Join(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    public static string Containers(PodSpec? spec) => Join(spec?.Containers.Select(c => c.Name) ?? []);

    public static string Images(PodSpec? spec) => Join(spec?.Containers.Select(c => c.Image ?? "") ?? []);

    /// <summary>Access modes in their short forms.</summary>
    public static string AccessModes(IEnumerable<string> modes) => string.Join(',', modes.Distinct().Select(m => m switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        _ => m,
    }));
}
