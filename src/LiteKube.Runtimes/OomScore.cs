namespace LiteKube.Runtimes;

/// <summary>
/// Scores below zero need CAP_SYS_RESOURCE, which machines inside machines often lack. The guess from our own capabilities is corrected by the
/// first start that fails for it; pods then run with 0 and are only less protected when memory is short.
/// </summary>
internal sealed class OomScore(bool canLower)
{
    private const int CapSysResource = 24;

    private volatile bool _canLower = canLower;

    public static OomScore Detect()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                return new OomScore((Convert.ToUInt64(line["CapEff:".Length..].Trim(), 16) & (1UL << CapSysResource)) != 0);
        }

        return new OomScore(true);
    }

    public int Allowed(int score) => score < 0 && !_canLower ? 0 : score;

    /// <summary>True where the engine's words say that it may not lower the score, as which it is remembered.</summary>
    public bool IsCauseOf(string error)
    {
        if (!_canLower || !error.Contains("oom_score_adj", StringComparison.Ordinal))
            return false;
        _canLower = false;
        return true;
    }
}
