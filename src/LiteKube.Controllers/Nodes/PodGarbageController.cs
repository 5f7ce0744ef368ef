using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.Nodes;

/// <summary>Removes pods that no node will ever report on again: those of nodes that are gone, those deleted before they had a node, and the oldest of too many finished ones.</summary>
internal sealed class PodGarbageController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<PodGarbageController>())
{
    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly InformerIndex<Pod> _podsByNode = context.Informers.Of<Pod>().ByNode();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _missingSince = new(StringComparer.Ordinal);
    private int _finished;

    protected override int Workers => 1;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_nodes, (old, current) =>
        {
            var name = (current ?? old)!.Metadata.Name!;
            if (current is null)
            {
                foreach (var pod in _podsByNode[name])
                    Queue.Add(pod.Metadata.KeyOf().ToString());
            }
            else if (old is null)
            {
                lock (_gate)
                    _missingSince.Remove(name);
            }
        }),
        On(_pods, (old, current) =>
        {
            var count = Interlocked.Add(ref _finished, (current?.IsFinished() == true ? 1 : 0) - (old?.IsFinished() == true ? 1 : 0));
            if (current is null)
                return;
            if (count > context.Options.TerminatedPodThreshold && old?.IsFinished() != true && current.IsFinished())
                Queue.Add("");
            var bound = !string.IsNullOrEmpty(current.Spec.NodeName);
            if (bound ? _nodes.Get(current.Spec.NodeName!) is null : current.Metadata.DeletionTimestamp is not null)
                Queue.Add(current.Metadata.KeyOf().ToString());
        }),
    ];

    protected override ValueTask ReconcileAsync(string key, CancellationToken cancellationToken) =>
        key.Length == 0 ? TrimAsync(cancellationToken) : CollectAsync(key, cancellationToken);

    private async ValueTask CollectAsync(string key, CancellationToken cancellationToken)
    {
        if (_pods.Get(key) is not { } pod)
            return;
        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            if (pod.Metadata.DeletionTimestamp is not null)
                await ForceDeleteAsync(pod, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_nodes.Get(pod.Spec.NodeName) is not null)
            return;
        var now = context.Time.GetUtcNow();
        DateTimeOffset due;
        lock (_gate)
        {
            if (!_missingSince.TryGetValue(pod.Spec.NodeName, out var since))
                _missingSince[pod.Spec.NodeName] = since = now;
            due = since + context.Options.MissingNodeGracePeriod;
        }

        if (due > now)
        {
            Queue.AddAfter(key, due - now);
            return;
        }

        // The cache may be behind: the node may be new.
        if (await context.Client.FindAsync<Node>(null, pod.Spec.NodeName, cancellationToken).ConfigureAwait(false) is not null)
            return;
        if (!pod.IsFinished())
            pod = await MarkLostAsync(pod, now, cancellationToken).ConfigureAwait(false);
        await ForceDeleteAsync(pod, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Pod> MarkLostAsync(Pod pod, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var condition = new PodCondition { Type = "DisruptionTarget", Status = "True", Reason = "DeletionByPodGC", Message = "PodGC: node no longer exists" };
        var status = pod.Status with { Phase = "Failed", Conditions = pod.Status.Conditions.With(condition, now) };
        try
        {
            return await context.Client.UpdateStatusAsync(pod with { Status = status }, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            return pod;
        }
    }

    private async ValueTask TrimAsync(CancellationToken cancellationToken)
    {
        var finished = _pods.List().Where(p => p.IsFinished()).OrderBy(p => p.Metadata.CreationTimestamp).ToList();
        foreach (var pod in finished.Take(Math.Max(0, finished.Count - context.Options.TerminatedPodThreshold)))
            await ForceDeleteAsync(pod, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ForceDeleteAsync(Pod pod, CancellationToken cancellationToken)
    {
        var now = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
        await context.Client.TryDeleteAsync(Pod.Resource, pod.Metadata.Namespace, pod.Metadata.Name!, now, cancellationToken).ConfigureAwait(false);
    }
}
