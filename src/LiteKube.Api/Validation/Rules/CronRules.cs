using System.Globalization;

namespace LiteKube.Api.Validation.Rules;

/// <summary>The form of a cron schedule: five fields, or a name such as <c>@hourly</c>. (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax)</summary>
internal static class CronRules
{
    private static readonly (string Name, int Min, int Max, string[] Names)[] s_fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        ("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    public static string? WhatIsWrong(string schedule)
    {
        if (schedule is "@yearly" or "@annually" or "@monthly" or "@weekly" or "@daily" or "@midnight" or "@hourly")
            return null;
        if (schedule.StartsWith('@'))
            return schedule.StartsWith("@every ", StringComparison.Ordinal) && schedule.Length > 7 ? null : $"unrecognized descriptor: {schedule}";
        var fields = schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != s_fields.Length)
            return $"expected exactly 5 fields, found {fields.Length}: [{schedule}]";
        for (var i = 0; i < fields.Length; i++)
            foreach (var part in fields[i].Split(','))
                if (!IsPart(part, s_fields[i]))
                    return $"failed to parse {s_fields[i].Name} field \"{fields[i]}\"";
        return null;
    }

    private static bool IsPart(string part, (string Name, int Min, int Max, string[] Names) field)
    {
        var slash = part.IndexOf('/');
        if (slash >= 0 && !(int.TryParse(part.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step > 0))
            return false;
        var range = slash < 0 ? part : part[..slash];
        if (range is "*" or "?")
            return true;
        var dash = range.IndexOf('-');
        var low = Number(dash < 0 ? range : range[..dash], field);
        var high = dash < 0 ? low : Number(range[(dash + 1)..], field);
        return low is { } l && high is { } h && l >= field.Min && h <= field.Max && l <= h;
    }

    private static int? Number(string text, (string Name, int Min, int Max, string[] Names) field)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        var name = Array.FindIndex(field.Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name < 0 ? null : name + field.Min;
    }
}
