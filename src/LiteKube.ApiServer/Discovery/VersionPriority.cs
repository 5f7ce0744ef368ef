using System.Text.RegularExpressions;

namespace LiteKube.ApiServer.Discovery;

/// <summary>
/// Versions of a group, the preferred one first: stable before beta before alpha, then the higher number; what is no version comes last, by name.
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority)
/// </summary>
internal sealed partial class VersionPriority : IComparer<string>
{
    public static readonly VersionPriority Highest = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (Parse(x ?? ""), Parse(y ?? ""));
        if (left is null || right is null)
            return left is null && right is null ? string.CompareOrdinal(x, y) : left is null ? 1 : -1;
        return right.Value.CompareTo(left.Value);
    }

    private static (int Stability, long Major, long Minor)? Parse(string version)
    {
        var match = Form().Match(version);
        if (!match.Success)
            return null;
        var stability = match.Groups[2].ValueSpan switch { "alpha" => 0, "beta" => 1, _ => 2 };
        return (stability, Number(match.Groups[1]), match.Groups[3].Success ? Number(match.Groups[3]) : 0);
    }

    private static long Number(Group digits) => long.Parse(digits.ValueSpan, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex("^v([1-9][0-9]{0,15})(?:(alpha|beta)([1-9][0-9]{0,15}))?\\z")]
    private static partial Regex Form();
}
