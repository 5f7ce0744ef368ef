using LiteKube.Node.Status;

namespace LiteKube.Node.Pods;

/// <summary>What a pod's worker knows beyond spec and engine. Changed by the worker only; <see cref="Engine"/> is read by others.</summary>
internal sealed class PodState(PodEngineState engine)
{
    private volatile PodEngineState _engine = engine;
    private DateTimeOffset? _wakeAt;

    public PodEngineState Engine
    {
        get => _engine;
        set => _engine = value;
    }

    /// <summary>Why containers that should run do not, by container name.</summary>
    public Dictionary<string, WaitingReason> Waiting { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of containers whose postStart hook runs.</summary>
    public HashSet<string> InHook { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of containers that were ended to run anew with another definition.</summary>
    public HashSet<string> RestartAnyway { get; } = new(StringComparer.Ordinal);

    /// <summary>By container id.</summary>
    public Dictionary<string, string> TerminationMessages { get; } = new(StringComparer.Ordinal);

    public PodVerdict? Verdict { get; set; }

    /// <summary>The earliest time at which the worker must look again without being told.</summary>
    public DateTimeOffset? WakeAt => _wakeAt;

    public void Wake(DateTimeOffset? at)
    {
        if (at is not null && (_wakeAt is null || at < _wakeAt))
            _wakeAt = at;
    }

    public void ClearWake() => _wakeAt = null;
}
