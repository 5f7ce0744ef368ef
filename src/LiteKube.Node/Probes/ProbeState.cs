using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Probes;

/// <summary>Counts consecutive outcomes of one probe against its thresholds. Pure.</summary>
internal sealed class ProbeState(ProbeKind kind, Probe probe, bool? initial)
{
    private readonly int _successThreshold = Math.Max(1, probe.SuccessThreshold ?? 1);
    private readonly int _failureThreshold = Math.Max(1, probe.FailureThreshold ?? 3);
    private ProbeVerdict? _last;
    private int _count;

    /// <summary>Alive, ready or started. A container is taken for alive, and for neither ready nor started, until it is probed.</summary>
    public bool IsGood { get; private set; } = initial ?? kind == ProbeKind.Liveness;

    /// <summary>The failure threshold was reached.</summary>
    public bool HasFailed { get; private set; }

    /// <returns>True when the outcome changed what the probe says.</returns>
    public bool Record(ProbeVerdict verdict)
    {
        if (verdict == ProbeVerdict.Unknown)
            return false;
        _count = verdict == _last ? _count + 1 : 1;
        _last = verdict;
        if (_count < (verdict == ProbeVerdict.Success ? _successThreshold : _failureThreshold))
            return false;
        var wasGood = IsGood;
        var hadFailed = HasFailed;
        IsGood = verdict == ProbeVerdict.Success;
        HasFailed = !IsGood;
        return wasGood != IsGood || hadFailed != HasFailed;
    }
}
