using System.Globalization;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>Signals by name: signal(7), with the numbers of x86 and ARM.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    private const int LeastRealTime = 34;
    private const int MostRealTime = 64;

    private static readonly string[] s_names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT",
        "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>A number, or a name with or without SIG, RTMIN+n and RTMAX-n among them. Null where there is none such.</summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number is > 0 and <= MostRealTime ? number : null;
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        if (Array.IndexOf(s_names, name) is > 0 and var known)
            return known;
        return name switch
        {
            "POLL" => 29,
            "IOT" => 6,
            "CLD" => 17,
            "RTMIN" => LeastRealTime,
            "RTMAX" => MostRealTime,
            _ when Offset(name, "RTMIN+") is { } up && LeastRealTime + up <= MostRealTime => LeastRealTime + up,
            _ when Offset(name, "RTMAX-") is { } down && MostRealTime - down >= LeastRealTime => MostRealTime - down,
            _ => null,
        };
    }

    private static int? Offset(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : null;
}
