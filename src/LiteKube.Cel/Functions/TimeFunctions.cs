using System.Globalization;

namespace LiteKube.Cel;

/// <summary>The parts of timestamps, in UTC or the time zone asked for, and of durations.</summary>
internal static class TimeFunctions
{
    public static void AddTo(FunctionSet functions)
    {
        Part("getFullYear", "year", t => t.Year);
        Part("getMonth", "month", t => t.Month - 1);
        Part("getDayOfYear", "day_of_year", t => t.DayOfYear - 1);
        Part("getDayOfMonth", "day_of_month", t => t.Day - 1);
        Part("getDate", "day_of_month_1_based", t => t.Day);
        Part("getDayOfWeek", "day_of_week", t => (int)t.DayOfWeek);
        Part("getHours", "hours", t => t.Hour);
        Part("getMinutes", "minutes", t => t.Minute);
        Part("getSeconds", "seconds", t => t.Second);
        Part("getMilliseconds", "milliseconds", t => t.Millisecond);

        Span("getHours", "duration_to_hours", 3600 * DurationValue.PerSecond);
        Span("getMinutes", "duration_to_minutes", 60 * DurationValue.PerSecond);
        Span("getSeconds", "duration_to_seconds", DurationValue.PerSecond);
        functions.Member("getMilliseconds", "duration_to_milliseconds", [CelType.Duration], CelType.Int,
            v => IntValue.Of(((DurationValue)v[0]).Nanoseconds % DurationValue.PerSecond / 1_000_000));

        void Part(string function, string id, Func<DateTime, int> part)
        {
            functions.Member(function, $"timestamp_to_{id}", [CelType.Timestamp], CelType.Int, v => IntValue.Of(part(((TimestampValue)v[0]).Utc)));
            functions.Member(function, $"timestamp_to_{id}_with_tz", [CelType.Timestamp, CelType.String], CelType.Int,
                v => TryLocal((TimestampValue)v[0], ((StringValue)v[1]).Value, out var local, out var problem) ? IntValue.Of(part(local)) : problem!);
        }

        void Span(string function, string id, long unit) =>
            functions.Member(function, id, [CelType.Duration], CelType.Int, v => IntValue.Of(((DurationValue)v[0]).Nanoseconds / unit));
    }

    private static bool TryLocal(TimestampValue time, string zone, out DateTime local, out ErrorValue? problem)
    {
        local = time.Utc;
        problem = null;
        TimeSpan offset;
        if (zone is "" or "UTC")
        {
            return true;
        }
        else if (zone.Contains(':', StringComparison.Ordinal))
        {
            // +01:00, -08:00, and 02:00 for the east too.
            var parts = zone.TrimStart('+', '-').Split(':');
            if (parts.Length != 2 || zone.Length > 6 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            {
                problem = new ErrorValue($"invalid time zone: {zone}");
                return false;
            }

            offset = new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1);
        }
        else if (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
        {
            offset = found.GetUtcOffset(local);
        }
        else
        {
            problem = new ErrorValue($"unknown time zone {zone}");
            return false;
        }

        var ticks = local.Ticks + offset.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            problem = new ErrorValue("timestamp overflow");
            return false;
        }

        local = new DateTime(ticks);
        return true;
    }
}
