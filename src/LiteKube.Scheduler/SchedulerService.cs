using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Policy.V1;
using LiteKube.Client;
using LiteKube.Scheduler.Filters;
using LiteKube.Scheduler.Preemption;
using LiteKube.Scheduler.Queue;
using LiteKube.Scheduler.Snapshot;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Scheduler;

/// <summary>
/// Takes one pod at a time, chooses its node on a snapshot of the cluster, assumes it there and binds it in the background, so that choosing
/// never waits for the server.
/// </summary>
internal sealed partial class SchedulerService : BackgroundService, IAsyncDisposable
{
    private static readonly Dictionary<string, string> s_noLabels = [];

    private readonly SchedulerOptions _options;
    private readonly ILogger _logger;
    private readonly KubeClient _client;
    private readonly EventRecorder _recorder;
    private readonly PodStatusWriter _status;
    private readonly ClusterSnapshot _snapshot = new();
    private readonly SchedulingQueue _queue;
    private readonly NodeChoice _choice;
    private readonly Preemptor _preemptor;
    private readonly Nominations _nominations = new();
    private readonly ClusterEvents _events;
    private readonly Informer<Namespace> _namespaces;
    private readonly Informer<PodDisruptionBudget> _budgets;
    private readonly Informer<Pod> _pods;

    public SchedulerService(SchedulerOptions options, IApiTransportFactory transports, InformerFactory informers, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger("LiteKube.Scheduler");
        _client = new KubeClient(transports.For(options.Identity));
        _recorder = new EventRecorder(_client, options.SchedulerName, null, time, _logger);
        _status = new PodStatusWriter(_client, time);
        _queue = new SchedulingQueue(time, options);
        _choice = new NodeChoice(options.Random());
        _preemptor = new Preemptor(_choice);
        _namespaces = informers.Of<Namespace>();
        _budgets = informers.Of<PodDisruptionBudget>();
        _pods = informers.Of<Pod>();
        _events = new ClusterEvents(options, _pods, informers.Of<Node>(), _snapshot, _queue, _nominations);
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.DisposeAsync().ConfigureAwait(false);
        Dispose();
    }

    public override void Dispose()
    {
        _queue.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(_events.Start(), _namespaces.HasSynced, _budgets.HasSynced).WaitAsync(stoppingToken).ConfigureAwait(false);
            while (true)
            {
                var pod = await _queue.TakeAsync(stoppingToken).ConfigureAwait(false);
                try
                {
                    await ScheduleAsync(new PodInfo(pod), stoppingToken).ConfigureAwait(false);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogAttemptFailed(e, $"{pod.Metadata.Namespace}/{pod.Metadata.Name}");
                    _queue.Retry(pod.Metadata.Uid!);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped. Pods without a node are found again at the next start.
        }
        finally
        {
            _events.Stop();
        }
    }

    private async ValueTask ScheduleAsync(PodInfo pod, CancellationToken stopping)
    {
        NodeInfo? chosen;
        string? nodeName = null;
        Preemptor.Outcome? preemption = null;
        string message = "";
        lock (_snapshot.Gate)
        {
            var attempt = new SchedulingAttempt(pod, [.. _snapshot.Nodes], LabelsOf);
            var rejected = new Dictionary<NodeInfo, Rejection>();
            chosen = Choose(attempt, rejected);
            if (chosen is not null)
            {
                nodeName = chosen.Name;
                _nominations.Remove(pod.Uid);
                _snapshot.Assume(pod, nodeName);
            }
            else
            {
                if (rejected.Count > 0)
                    preemption = _preemptor.Find(attempt, rejected, _budgets.List());
                message = UnschedulableMessage.Of(rejected.Values, preemption?.WhyNot);
                if (preemption?.Node is { } freed)
                    _nominations.Set(pod, freed.Name);
            }
        }

        if (nodeName is not null)
        {
            // Not awaited: the next pod is chosen for meanwhile. It reports its own failures.
            _ = BindAsync(pod, nodeName, stopping);
            return;
        }

        _recorder.Record(pod.Pod, EventType.Warning, "FailedScheduling", message);
        if (preemption?.Node is { } node)
            await PreemptAsync(pod, node.Name, preemption.Victims, stopping).ConfigureAwait(false);
        // Before it can be read: whoever reads it and helps, as by adding a node, finds the pod among those that wait.
        _queue.Unschedulable(pod.Uid);
        await _status.WriteUnschedulableAsync(pod.Pod, "Unschedulable", message, preemption?.Node?.Name, stopping).ConfigureAwait(false);
        LogUnschedulable(pod.Key, message);
    }

    private NodeInfo? Choose(SchedulingAttempt attempt, Dictionary<NodeInfo, Rejection> rejected)
    {
        var candidates = new List<NodeInfo>();
        foreach (var node in attempt.Nodes)
        {
            var seen = _nominations.SeenBy(attempt.Pod, node);
            var rejection = _choice.Check(ReferenceEquals(seen, node) ? attempt : attempt.WithNode(seen), seen);

            // Those nominated may never come: what depends on them being there must hold without them too.
            if (rejection is null && !ReferenceEquals(seen, node))
                rejection = _choice.Check(attempt, node);
            if (rejection is null)
                candidates.Add(node);
            else
                rejected[node] = rejection;
        }

        // The node that others were told to leave for this pod comes before better ones.
        var nominated = attempt.Pod.Pod.Status.NominatedNodeName;
        return candidates.Count == 0 ? null : candidates.Find(n => n.Name == nominated) ?? _choice.Best(attempt, candidates);
    }

    private async Task BindAsync(PodInfo pod, string nodeName, CancellationToken stopping)
    {
        try
        {
            var binding = new Binding
            {
                Metadata = new ObjectMeta { Namespace = pod.Pod.Metadata.Namespace, Name = pod.Pod.Metadata.Name, Uid = pod.Uid },
                Target = new ObjectReference { Kind = "Node", Name = nodeName },
            };
            await _client.CreateSubresourceAsync(Pod.Resource, pod.Pod.Metadata.Namespace, pod.Pod.Metadata.Name!, "binding", binding, stopping).ConfigureAwait(false);
            _recorder.Record(pod.Pod, EventType.Normal, "Scheduled", $"Successfully assigned {pod.Key} to {nodeName}");
            LogBound(pod.Key, nodeName);
        }
        catch (Exception e)
        {
            lock (_snapshot.Gate)
                _snapshot.Forget(pod.Uid);
            if (stopping.IsCancellationRequested)
                return;
            if (e is ApiException { Reason: StatusReason.NotFound or StatusReason.Conflict })
                LogBindRefused(pod.Key, nodeName, e.Message);
            else
                LogAttemptFailed(e, pod.Key);

            // Somebody else may have bound or deleted it; then the informer takes it out of the queue.
            _queue.Retry(pod.Uid);
            _queue.Wake();
        }
    }

    private async ValueTask PreemptAsync(PodInfo pod, string nodeName, IReadOnlyList<PodInfo> victims, CancellationToken cancellationToken)
    {
        foreach (var victim in victims)
        {
            if (victim.Pod.Metadata.DeletionTimestamp is null)
            {
                await _status.WriteDisruptionAsync(victim.Pod, $"{_options.SchedulerName}: preempting to accommodate a higher priority pod", cancellationToken).ConfigureAwait(false);
                var same = new DeleteOptions { Preconditions = new Preconditions { Uid = victim.Uid } };
                await _client.TryDeleteAsync(Pod.Resource, victim.Pod.Metadata.Namespace, victim.Pod.Metadata.Name!, same, cancellationToken).ConfigureAwait(false);
            }

            _recorder.Record(victim.Pod, EventType.Normal, "Preempted", $"Preempted by pod {pod.Uid} on node {nodeName}");
            LogPreempted(victim.Key, pod.Key, nodeName);
        }
    }

    private IReadOnlyDictionary<string, string> LabelsOf(string ns) => _namespaces.Get(ns)?.Metadata.Labels ?? s_noLabels;

    [LoggerMessage(Level = LogLevel.Debug, Message = "pod {Pod} is bound to {Node}")]
    private partial void LogBound(string pod, string node);

    [LoggerMessage(Level = LogLevel.Debug, Message = "pod {Pod} was not bound to {Node}: {Reason}")]
    private partial void LogBindRefused(string pod, string node, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "pod {Pod} cannot be scheduled: {Reason}")]
    private partial void LogUnschedulable(string pod, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "pod {Victim} makes room for {Pod} on {Node}")]
    private partial void LogPreempted(string victim, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Pod}: scheduling failed")]
    private partial void LogAttemptFailed(Exception exception, string pod);
}
