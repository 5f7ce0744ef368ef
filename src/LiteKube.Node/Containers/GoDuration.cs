using System.Globalization;

namespace LiteKube.Node.Containers;

/// <summary>Durations as Kubernetes' messages print them: <c>10s</c>, <c>1m20s</c>, <c>345ms</c>, <c>1.5s</c>.</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        if (value < TimeSpan.FromMilliseconds(1))
            return Number(value.TotalMicroseconds) + "µs";
        if (value < TimeSpan.FromSeconds(1))
            return Number(value.TotalMilliseconds) + "ms";
        var text = "";
        var hours = (long)value.TotalHours;
        if (hours > 0)
            text += hours.ToString(CultureInfo.InvariantCulture) + "h";
        if (value >= TimeSpan.FromMinutes(1))
            text += value.Minutes.ToString(CultureInfo.InvariantCulture) + "m";
        return text + Number(value.TotalSeconds - (hours * 3600) - (value.Minutes * 60)) + "s";
    }

    private static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);
}
