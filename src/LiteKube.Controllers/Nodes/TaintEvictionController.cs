using System.Globalization;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.Nodes;

/// <summary>
/// Deletes pods from nodes with NoExecute taints that they do not tolerate, or no longer tolerate.
/// (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions)
/// </summary>
internal sealed class TaintEvictionController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<TaintEvictionController>())
{
    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly InformerIndex<Pod> _podsByNode = context.Informers.Of<Pod>().ByNode();
    private readonly IEventRecorder _recorder = context.Recorder("taint-eviction-controller");

    // Since when a pod has been under a taint that carries no time itself.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, DateTimeOffset> _since = new(StringComparer.Ordinal);

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_nodes, (old, current) =>
        {
            if (current is null || (old is not null && Same(Evicting(old), Evicting(current))))
                return;
            foreach (var pod in _podsByNode[current.Metadata.Name!])
                Queue.Add(pod.Metadata.KeyOf().ToString());
        }),
        On(_pods, (old, current) =>
        {
            if (current is null)
                _since.TryRemove(old!.Metadata.Uid!, out _);
            else if (!string.IsNullOrEmpty(current.Spec.NodeName) && (old is null || old.Spec.NodeName != current.Spec.NodeName || old.Spec.Tolerations.Count != current.Spec.Tolerations.Count))
                Queue.Add(current.Metadata.KeyOf().ToString());
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_pods.Get(key) is not { Metadata.DeletionTimestamp: null } pod || pod.IsFinished() || string.IsNullOrEmpty(pod.Spec.NodeName))
            return;
        var taints = _nodes.Get(pod.Spec.NodeName) is { } node ? Evicting(node) : [];
        if (taints.Count == 0)
        {
            _since.TryRemove(pod.Metadata.Uid!, out _);
            return;
        }

        var now = context.Time.GetUtcNow();
        if (DueOf(pod, taints, now) is not { } due)
            return;
        if (due > now)
        {
            Queue.AddAfter(key, due - now);
            return;
        }

        await EvictAsync(pod, now, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask EvictAsync(Pod pod, DateTimeOffset now, CancellationToken cancellationToken)
    {
        _recorder.Record(pod, EventType.Normal, "TaintManagerEviction", $"Marking for deletion Pod {pod.Metadata.KeyOf()}");
        var condition = new PodCondition { Type = "DisruptionTarget", Status = "True", Reason = "DeletionByTaintManager", Message = "Taint manager: deleting due to NoExecute taint" };
        var conditions = pod.Status.Conditions.With(condition, now);
        if (!ReferenceEquals(conditions, pod.Status.Conditions))
            await context.Client.UpdateStatusAsync(pod with { Status = pod.Status with { Conditions = conditions } }, cancellationToken).ConfigureAwait(false);
        var same = new DeleteOptions { Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
        await context.Client.TryDeleteAsync(Pod.Resource, pod.Metadata.Namespace, pod.Metadata.Name!, same, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>When the pod must go; null if it may stay for ever.</summary>
    private DateTimeOffset? DueOf(Pod pod, List<Taint> taints, DateTimeOffset now)
    {
        DateTimeOffset? due = null;
        foreach (var taint in taints)
        {
            var tolerations = pod.Spec.Tolerations.Where(t => Tolerates(t, taint)).ToList();
            if (tolerations.Count == 0)
                return now;

            // Of several, the shortest counts; one without a limit sets none.
            var limits = tolerations.Where(t => t.TolerationSeconds is not null).Select(t => Math.Max(0, t.TolerationSeconds!.Value)).ToList();
            if (limits.Count == 0)
                continue;
            var since = taint.TimeAdded ?? _since.GetOrAdd(pod.Metadata.Uid!, now);
            var end = since + TimeSpan.FromSeconds(Math.Min(limits.Min(), int.MaxValue));
            if (due is null || end < due)
                due = end;
        }

        return due;
    }

    private static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (!string.IsNullOrEmpty(toleration.Effect) && toleration.Effect != taint.Effect)
            return false;
        if (string.IsNullOrEmpty(toleration.Key))
            return toleration.Operator == "Exists";
        if (toleration.Key != taint.Key)
            return false;
        return toleration.Operator switch
        {
            "Exists" => true,
            "Gt" => Number(taint.Value) > Number(toleration.Value),
            "Lt" => Number(taint.Value) < Number(toleration.Value),
            _ => (toleration.Value ?? "") == (taint.Value ?? ""),
        };
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static List<Taint> Evicting(Node node) => [.. node.Spec.Taints.Where(t => t.Effect == "NoExecute")];

    private static bool Same(List<Taint> left, List<Taint> right) => left.Count == right.Count && left.Zip(right).All(p => JsonText.Same(p.First, p.Second));
}
