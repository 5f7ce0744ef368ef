using System.Globalization;
using System.Text.Json;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>Values in the engine's query strings.</summary>
internal static class Query
{
    public static string Filters(params ReadOnlySpan<(string Key, string[] Values)> filters)
    {
        var map = new Dictionary<string, string[]>();
        foreach (var (key, values) in filters)
            map[key] = values;
        return Uri.EscapeDataString(JsonSerializer.Serialize(map, DockerJson.Default.Filters));
    }

    /// <summary>Seconds since 1970 with nanoseconds after the point.</summary>
    public static string Timestamp(DateTimeOffset time)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * 100:D9}");
    }
}
