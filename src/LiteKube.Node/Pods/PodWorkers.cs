using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Env;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server;
using LiteKube.Node.Status;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Pods;

/// <summary>
/// All pods of this node: a worker each, made when the API shows the pod, fed with the engine's events, gone with the pod's last trace. Also what the
/// engine holds of pods that the API does not know is taken away here, once the API's list is known whole.
/// </summary>
internal sealed partial class PodWorkers(PodServices services, PodObjects objects, ILogger<PodWorkers> logger) : IPodDirectory, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Pod> _waitingForNamesake = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _orphansGoing = new(StringComparer.Ordinal);
    private bool _orphansKnown;
    private bool _isDisposed;
    private Dictionary<string, PodEngineState> _found = new(StringComparer.Ordinal);

    public IReadOnlyList<Pod> Pods
    {
        get
        {
            lock (_gate)
                return [.. _workers.Values.Select(w => w.Pod)];
        }
    }

    public Pod? Find(string ns, string name)
    {
        lock (_gate)
            return _workers.Values.Select(w => w.Pod).FirstOrDefault(p => p.Metadata.Name == name && p.Metadata.Namespace == ns);
    }

    public string? FindContainer(string podUid, string containerName, bool previous)
    {
        var instances = Engine(podUid).Instances(containerName).Where(c => c.StartedAt is not null);
        return (previous ? instances.Skip(1) : instances).FirstOrDefault()?.Id;
    }

    public string? FindSandbox(string podUid) => Engine(podUid).Sandbox?.Id;

    /// <summary>What the engine held before this process began; to be given before the first pod.</summary>
    public void Adopt(IReadOnlyDictionary<string, PodEngineState> found)
    {
        lock (_gate)
            _found = new Dictionary<string, PodEngineState>(found, StringComparer.Ordinal);
    }

    /// <summary>A change of the API, in the informer's terms.</summary>
    public void Handle(Pod? old, Pod? current)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            if (current is null)
            {
                if (old is not null)
                    Remove(old);
                return;
            }

            if (current.IsTerminal())
                objects.Forget(current.UidOf());
            else
                objects.Follow(current);
            if (_workers.TryGetValue(current.UidOf(), out var worker))
                worker.Update(current);
            else if (_workers.Values.Any(w => IsNamesake(w.Pod, current)))
                _waitingForNamesake[current.UidOf()] = current;
            else
                Begin(current);
        }
    }

    /// <summary>Takes away what the engine and the disk hold of pods that the API does not have. To be called once its list is known whole.</summary>
    public async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, PodEngineState> orphans;
        lock (_gate)
        {
            orphans = _found;
            _found = [];
            foreach (var uid in services.Cleanup.PodUids())
                orphans.TryAdd(uid, PodEngineState.Empty);
            foreach (var uid in _workers.Keys.Concat(_waitingForNamesake.Keys))
                orphans.Remove(uid);
            _orphansKnown = true;
        }

        await Task.WhenAll(orphans.Select(o => RemoveOrphanAsync(o.Key, o.Value, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>The engine tells of a change.</summary>
    public void Handle(RuntimeEvent happened)
    {
        lock (_gate)
            if (_workers.TryGetValue(happened.Pod.Uid, out var worker))
                worker.EngineChanged(happened.Id);
    }

    /// <summary>
    /// Compares a full listing of the engine with what the workers know, and wakes those that missed something. What belongs to no worker is what an
    /// earlier clean-up could not take away.
    /// </summary>
    public void Compare(IReadOnlyList<SandboxStatus> sandboxes, IReadOnlyList<EngineContainer> containers)
    {
        lock (_gate)
        {
            if (_orphansKnown)
            {
                foreach (var uid in sandboxes.Select(s => s.Pod.Uid).Concat(containers.Select(c => c.Pod.Uid)).Distinct().Where(u => !_workers.ContainsKey(u)))
                    _ = RemoveOrphanAsync(uid, new PodEngineState([.. sandboxes.Where(s => s.Pod.Uid == uid)], [.. containers.Where(c => c.Pod.Uid == uid)]), _stopping.Token);
            }

            foreach (var worker in _workers.Values)
            {
                var known = worker.Engine;
                var listedSandboxes = sandboxes.Where(s => s.Pod.Uid == worker.Uid).ToDictionary(s => s.Id, s => s.Ready, StringComparer.Ordinal);
                var listedContainers = containers.Where(c => c.Pod.Uid == worker.Uid).ToDictionary(c => c.Id, c => c.State, StringComparer.Ordinal);
                var changed = known.Sandboxes.Where(s => !listedSandboxes.TryGetValue(s.Id, out var ready) || ready != s.Ready).Select(s => s.Id)
                    .Concat(known.Containers.Where(c => !listedContainers.TryGetValue(c.Id, out var state) || state != c.State).Select(c => c.Id))
                    .Concat(listedContainers.Keys.Except(known.Containers.Select(c => c.Id)))
                    .Concat(listedSandboxes.Keys.Except(known.Sandboxes.Select(s => s.Id)));
                foreach (var id in changed.ToList())
                    worker.EngineChanged(id);
            }
        }
    }

    public void ObjectsChanged(string podUid)
    {
        lock (_gate)
            if (_workers.TryGetValue(podUid, out var worker))
                worker.ObjectsChanged();
    }

    /// <summary>Something of the node that pods are told of has changed.</summary>
    public void WakeAll()
    {
        lock (_gate)
            foreach (var worker in _workers.Values)
                worker.Wake();
    }

    /// <summary>Stops the workers; the pods go on.</summary>
    public async ValueTask DisposeAsync()
    {
        List<PodWorker> workers;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            workers = [.. _workers.Values];
            _workers.Clear();
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var worker in workers)
            await worker.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static bool IsNamesake(Pod a, Pod b) => a.Metadata.Name == b.Metadata.Name && a.Metadata.Namespace == b.Metadata.Namespace;

    private PodEngineState Engine(string podUid)
    {
        lock (_gate)
            return _workers.TryGetValue(podUid, out var worker) ? worker.Engine : PodEngineState.Empty;
    }

    private void Remove(Pod pod)
    {
        objects.Forget(pod.UidOf());
        _waitingForNamesake.Remove(pod.UidOf());
        if (_workers.TryGetValue(pod.UidOf(), out var worker))
            worker.Remove(pod);
    }

    private void Begin(Pod pod)
    {
        _found.Remove(pod.UidOf(), out var engine);
        var verdict = Admit(pod, engine);
        var worker = new PodWorker(services, pod, engine ?? PodEngineState.Empty, verdict, Finished, _stopping.Token);
        _workers[pod.UidOf()] = worker;
        worker.Start();
    }

    private PodVerdict? Admit(Pod pod, PodEngineState? engine)
    {
        // What has begun here, ended, or is about to, was admitted long ago.
        if (pod.IsTerminal() || pod.IsBeingDeleted() || engine is { Containers.Length: > 0 } || pod.Status.StartTime is not null)
            return null;
        var others = _workers.Values.Where(w => !w.IsOver).Select(w => w.Pod).ToList();
        var verdict = PodAdmission.Check(pod, others, services.Node.Node, services.Node.Resources);
        if (verdict is not null)
        {
            LogRejected(pod.Metadata.Namespace, pod.Metadata.Name, verdict.Reason, verdict.Message);
            services.Events.Record(pod, EventType.Warning, verdict.Reason, verdict.Message);
        }

        return verdict;
    }

    private void Finished(PodWorker worker)
    {
        lock (_gate)
        {
            _workers.Remove(worker.Uid);
            var next = _waitingForNamesake.Values.FirstOrDefault(p => IsNamesake(p, worker.Pod));
            if (next is not null && _waitingForNamesake.Remove(next.UidOf()) && !_isDisposed)
                Begin(next);
        }

        _ = Task.Run(async () => await worker.DisposeAsync().ConfigureAwait(false));
    }

    private async Task RemoveOrphanAsync(string podUid, PodEngineState engine, CancellationToken cancellationToken)
    {
        lock (_gate)
            if (!_orphansGoing.Add(podUid))
                return;
        try
        {
            LogOrphan(podUid, engine.Containers.Length);
            await new OrphanCleanup(services.Runtime, services.Network, services.Cleanup).RemoveAsync(podUid, engine, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RuntimeException or IOException or UnauthorizedAccessException)
        {
            LogOrphanStays(podUid, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next process finds it again.
        }
        finally
        {
            lock (_gate)
                _orphansGoing.Remove(podUid);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Namespace}/{Name} rejected: {Reason}: {Text}")]
    private partial void LogRejected(string? @namespace, string? name, string reason, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "removing what is left of pod {Uid}, which the API does not have: {Containers} containers")]
    private partial void LogOrphan(string uid, int containers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "what is left of pod {Uid} stays until the next listing of the engine: {Error}")]
    private partial void LogOrphanStays(string uid, string error);
}
