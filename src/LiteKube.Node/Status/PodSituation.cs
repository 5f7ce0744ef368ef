using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.Pods;
using LiteKube.Node.Probes;

namespace LiteKube.Node.Status;

/// <summary>All that a pod's status follows from.</summary>
internal sealed record PodSituation(Pod Pod, PodEngineState Engine, IProbeResults Probes, string RuntimeName, DateTimeOffset Now)
{
    /// <summary>The status that the node gave the pod last, which the API may not show yet; null at first.</summary>
    public PodStatus? Previous { get; init; }

    /// <summary>Why containers are not running, by container name; of those that wait for something other than their turn.</summary>
    public IReadOnlyDictionary<string, WaitingReason> Waiting { get; init; } = new Dictionary<string, WaitingReason>();

    /// <summary>Ids of containers whose postStart hook still runs.</summary>
    public IReadOnlySet<string> InHook { get; init; } = new HashSet<string>();

    /// <summary>Termination messages by container id.</summary>
    public IReadOnlyDictionary<string, string> TerminationMessages { get; init; } = new Dictionary<string, string>();

    public PodAddresses Addresses { get; init; } = PodAddresses.None;

    public DateTimeOffset StartTime { get; init; }

    /// <summary>The sandbox runs and has its network.</summary>
    public bool SandboxReady { get; init; }

    /// <summary>The node ended the pod, and why.</summary>
    public PodVerdict? Verdict { get; init; }

    /// <summary>Everything of the pod has stopped and nothing will start again.</summary>
    public bool IsTerminated { get; init; }
}
