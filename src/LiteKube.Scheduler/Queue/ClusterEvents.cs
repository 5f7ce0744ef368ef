using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Scheduler.Snapshot;

namespace LiteKube.Scheduler.Queue;

/// <summary>Turns informer events into changes of the snapshot and the queue, and wakes pods that a change may help.</summary>
internal sealed class ClusterEvents(SchedulerOptions options, Informer<Pod> pods, Informer<Node> nodes, ClusterSnapshot snapshot, SchedulingQueue queue, Nominations nominations)
{
    private IDisposable? _pods;
    private IDisposable? _nodes;

    public Task Start()
    {
        _nodes = nodes.Subscribe(NodeChanged);
        _pods = pods.Subscribe(PodChanged);
        return Task.WhenAll(nodes.HasSynced, pods.HasSynced);
    }

    public void Stop()
    {
        _pods?.Dispose();
        _nodes?.Dispose();
    }

    private static bool IsBound(Pod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName);

    private static bool IsFinished(Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    private bool IsOurs(Pod pod) =>
        !IsBound(pod) && !IsFinished(pod) && pod.Metadata.DeletionTimestamp is null && pod.Spec.SchedulingGates.Count == 0 && (pod.Spec.SchedulerName ?? options.SchedulerName) == options.SchedulerName;

    private void PodChanged(Pod? old, Pod? current)
    {
        var uid = (current ?? old)!.Metadata.Uid!;
        if (current is not null && IsBound(current) && !IsFinished(current))
        {
            queue.Remove(uid);
            if (old is null || !ReferenceEquals(old, current) && Weighs(old, current))
            {
                lock (snapshot.Gate)
                {
                    nominations.Remove(uid);
                    snapshot.SetPod(new PodInfo(current));
                }

                // A pod that was bound, or shrank, or was relabelled can only help those that look at other pods.
                queue.Wake(LooksAtOthers);
            }

            // One on its way out wakes those that wait for it only when it is gone.
            return;
        }

        if (current is not null && IsOurs(current))
        {
            queue.Set(current);
            return;
        }

        queue.Remove(uid);
        bool wasPlaced;
        lock (snapshot.Gate)
        {
            nominations.Remove(uid);
            wasPlaced = old is not null && IsBound(old) || snapshot.IsAssumed(uid);
            snapshot.RemovePod(uid);
        }

        if (wasPlaced)
            queue.Wake();
    }

    private void NodeChanged(Node? old, Node? current)
    {
        lock (snapshot.Gate)
        {
            if (current is null)
                snapshot.RemoveNode(old!.Metadata.Name!);
            else
                snapshot.SetNode(current);
        }

        // Heartbeats and conditions decide nothing here: taints do.
        if (current is not null && (old is null || Decides(old, current)))
            queue.Wake();
    }

    private static bool Weighs(Pod old, Pod current) =>
        !IsBound(old) || old.Metadata.DeletionTimestamp != current.Metadata.DeletionTimestamp || old.Status.StartTime != current.Status.StartTime || !SameLabels(old.Metadata.Labels, current.Metadata.Labels) || !JsonText.Same(old.Spec, current.Spec);

    private static bool Decides(Node old, Node current) =>
        !JsonText.Same(old.Spec, current.Spec)
        || !SameLabels(old.Metadata.Labels, current.Metadata.Labels)
        || old.Status.Allocatable.Count != current.Status.Allocatable.Count
        || old.Status.Allocatable.Any(a => !current.Status.Allocatable.TryGetValue(a.Key, out var now) || now != a.Value);

    private static bool LooksAtOthers(Pod pod) =>
        pod.Spec.Affinity?.PodAffinity is not null || pod.Spec.Affinity?.PodAntiAffinity is not null || pod.Spec.TopologySpreadConstraints.Count > 0;

    private static bool SameLabels(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(l => right.TryGetValue(l.Key, out var value) && value == l.Value);
}
