using System.Globalization;
using LiteKube.Api;

namespace LiteKube.ApiServer.Verbs;

internal static class ResourceVersions
{
    /// <summary>0 where absent.</summary>
    public static long Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw new ApiException(StatusReason.Invalid, $"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }
}
