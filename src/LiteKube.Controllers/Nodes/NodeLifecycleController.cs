using LiteKube.Api.Codecs;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.Nodes;

/// <summary>
/// Notices nodes that have gone silent, says so on them and on their pods, and keeps the taints that follow from a node's state. A node's signs of
/// life are the renewals of its lease and what it posts itself; when they came is measured by this process's clock, not the node's.
/// </summary>
internal sealed class NodeLifecycleController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<NodeLifecycleController>())
{
    private const string LeaseNamespace = "kube-node-lease";

    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly InformerIndex<Pod> _podsByNode = context.Informers.Of<Pod>().ByNode();
    private readonly Informer<Lease> _leases = context.Informers.Of<Lease>(new InformerFilter(LeaseNamespace));
    private readonly IEventRecorder _recorder = context.Recorder("node-controller");
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _heard = new(StringComparer.Ordinal);

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_nodes, NodeChanged),
        On(_leases, (old, current) =>
        {
            if (current is not null && old?.Spec.RenewTime != current.Spec.RenewTime)
                Heard(current.Metadata.Name!);
        }),
        _pods.HasSynced,
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_nodes.Get(key) is not { } node)
            return;
        var now = context.Time.GetUtcNow();
        var left = LastHeard(node) + GraceOf(node) - context.Time.GetSteadyNow();
        var reported = node.Status.Conditions.Any(c => c.Type == "Ready" && c.Status != "Unknown");
        if (left > TimeSpan.Zero)
        {
            // One timer a node, set anew only when it fires: renewals just move the time it will find.
            Queue.AddAfter(key, left);
        }
        else if (reported || node.Status.Conditions.All(c => c.Type != "Ready"))
        {
            node = await context.Client.UpdateStatusAsync(node with { Status = NodeHealth.Silent(node, now) }, cancellationToken).ConfigureAwait(false);
            _recorder.Record(node, EventType.Normal, "NodeNotReady", $"Node {key} status is now: NodeNotReady");
        }

        var taints = NodeHealth.Taints(node, now);
        if (!ReferenceEquals(taints, node.Spec.Taints))
            node = await context.Client.UpdateAsync(node with { Spec = node.Spec with { Taints = taints } }, cancellationToken).ConfigureAwait(false);
        if (node.ReadyStatus() != "True" && node.Status.Conditions.Any(c => c.Type == "Ready"))
            await MarkPodsAsync(key, now, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pods of a node that does not answer are not ready: their Services must not send anybody there.</summary>
    private async ValueTask MarkPodsAsync(string node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var pod in _podsByNode[node])
        {
            if (!pod.IsReady())
                continue;
            var condition = pod.Condition("Ready")! with { Status = "False" };
            var marked = pod with { Status = pod.Status with { Conditions = pod.Status.Conditions.With(condition, now) } };
            try
            {
                await context.Client.UpdateStatusAsync(marked, cancellationToken).ConfigureAwait(false);
                _recorder.Record(pod, EventType.Warning, "NodeNotReady", "Node is not ready");
            }
            catch (Api.ApiException e) when (e.Reason == Api.StatusReason.NotFound)
            {
                // Deleted meanwhile.
            }
        }
    }

    private TimeSpan GraceOf(Node node) => node.Status.Conditions.Any(c => c.Type == "Ready") ? context.Options.NodeMonitorGracePeriod : context.Options.NodeStartupGracePeriod;

    private DateTimeOffset LastHeard(Node node)
    {
        lock (_gate)
            return _heard.TryGetValue(node.Metadata.Name!, out var time) ? time : _heard[node.Metadata.Name!] = context.Time.GetSteadyNow();
    }

    private void Heard(string node)
    {
        lock (_gate)
            _heard[node] = context.Time.GetSteadyNow();
    }

    private void NodeChanged(Node? old, Node? current)
    {
        var name = (current ?? old)!.Metadata.Name!;
        if (current is null)
        {
            lock (_gate)
                _heard.Remove(name);
            return;
        }

        // Its own heartbeat; what this controller writes into the status leaves the heartbeat times alone.
        if (old is null || Heartbeat(old) != Heartbeat(current))
            Heard(name);
        if (old is null || !ReferenceEquals(old, current) && (!JsonText.Same(old.Spec, current.Spec) || !SameConditions(old, current)))
            Queue.Add(name);
    }

    private static DateTimeOffset? Heartbeat(Node node) => node.Status.Conditions.FirstOrDefault(c => c.Type == "Ready")?.LastHeartbeatTime;

    private static bool SameConditions(Node old, Node current) =>
        old.Status.Conditions.Select(c => (c.Type, c.Status)).SequenceEqual(current.Status.Conditions.Select(c => (c.Type, c.Status)));
}
