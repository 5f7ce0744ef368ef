using System.Globalization;

namespace LiteKube.ApiServer.Tables;

/// <summary>Durations as kubectl shows them: two units while small, one when large.</summary>
internal static class Ages
{
    public static string Of(DateTimeOffset? since, TableContext context) => since is { } start ? Of(context.Now - start) : "<unknown>";

    public static string Of(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
            return "<invalid>";
        if (seconds < 0)
            return "0s";
        if (seconds < 120)
            return Text(seconds, "s");
        var minutes = seconds / 60;
        if (minutes < 10)
            return Two(minutes, "m", seconds % 60, "s");
        if (minutes < 180)
            return Text(minutes, "m");
        var hours = minutes / 60;
        if (hours < 8)
            return Two(hours, "h", minutes % 60, "m");
        if (hours < 48)
            return Text(hours, "h");
        var days = hours / 24;
        if (hours < 192)
            return Two(days, "d", hours % 24, "h");
        if (days < 365 * 2)
            return Text(days, "d");
        var years = days / 365;
        return days < 365 * 8 ? Two(years, "y", days % 365, "d") : Text(years, "y");
    }

    private static string Two(long first, string firstUnit, long second, string secondUnit) =>
        second == 0 ? Text(first, firstUnit) : Text(first, firstUnit) + Text(second, secondUnit);

    private static string Text(long number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;
}
