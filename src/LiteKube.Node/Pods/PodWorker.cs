using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Containers;
using LiteKube.Node.Images;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Probes;
using LiteKube.Node.Runtime;
using LiteKube.Node.Status;
using LiteKube.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Pods;

/// <summary>
/// One pod's life on this node, from its first sight to the removal of its last trace. A single loop: woken by the API, the engine, a probe, a finished
/// pull, hook or stop, or a time it set itself, it looks at everything anew and takes the next step. All else in this room only wakes it.
/// </summary>
internal sealed partial class PodWorker : IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly PodServices _services;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping;
    private readonly PodSignal _signal;
    private readonly PodState _state;
    private readonly PodSandbox _sandbox;
    private readonly ContainerStops _stops;
    private readonly PodImages _images;
    private readonly PodProbes _probes;
    private readonly PodRunner _runner;
    private readonly PodEnding _ending;
    private readonly PodStatusWriter _writer;
    private readonly PodEvents _events;
    private readonly DateTimeOffset _startTime;
    private readonly Action<PodWorker> _finished;

    // What has happened since the worker last looked; guarded by the gate.
    private readonly Lock _gate = new();
    private readonly HashSet<string> _changedIds = new(StringComparer.Ordinal);
    private readonly List<(EngineContainer Container, string? Failure)> _endedHooks = [];
    private Pod _newest;
    private bool _isRemoved;
    private bool _objectsChanged;

    private Pod _pod;
    private volatile PodStatus? _status;
    private bool _isEnding;
    private bool _isDeleted;
    private Task _running = Task.CompletedTask;

    /// <param name="engine">What the engine already holds of the pod: containers found running are kept.</param>
    /// <param name="verdict">Not null when the node does not admit the pod.</param>
    /// <param name="finished">Called when nothing is left to do for this pod, ever.</param>
    public PodWorker(PodServices services, Pod pod, PodEngineState engine, PodVerdict? verdict, Action<PodWorker> finished, CancellationToken stopping)
    {
        _services = services;
        _logger = services.Logger;
        _newest = _pod = pod;
        _finished = finished;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _signal = new PodSignal(services.Time);
        _state = new PodState(engine) { Verdict = verdict };
        _startTime = pod.Status.StartTime ?? services.Time.GetUtcNow();
        var paths = new PodPaths(services.Options.RootDirectory, pod.UidOf());
        _events = new PodEvents(services.Events, () => _pod);
        _sandbox = new PodSandbox(services);
        var volumes = new PodVolumes(services.Volumes, paths);
        _stops = new ContainerStops(services.Runtime, services.Hooks, _events, services.Time, services.Logger, EngineChanged, _stopping.Token);
        _images = new PodImages(services.Runtime.Images, services.Objects, services.PullSlots, _events, services.Time, _signal.Set, _stopping.Token);
        _probes = new PodProbes(services.Prober, () => _runner!.ProbeAddress(_pod), services.Time, services.Logger, _signal.Set, ProbeFailed);
        _runner = new PodRunner(services, _state, _events, _sandbox, volumes, _images, _stops, _probes, paths, _signal.Set, EngineChanged, _stopping.Token);
        _runner.HookEnded += HookEnded;
        _ending = new PodEnding(services, _state, _sandbox, _stops, paths);
        _writer = new PodStatusWriter(services.Client, services.Time, services.Logger, _stopping.Token);
    }

    public string Uid => _pod.UidOf();

    /// <summary>The pod with the status that this node gives it.</summary>
    public Pod Pod => _status is { } status ? _pod with { Status = status } : _pod;

    public PodEngineState Engine => _state.Engine;

    /// <summary>Nothing of it runs or will: it takes no resources of the node.</summary>
    public bool IsOver => _ending.IsOver || _state.Verdict is { IsRejection: true } || _pod.IsTerminal();

    public void Start()
    {
        foreach (var container in _state.Engine.Containers.Where(c => c.State == EngineState.Exited))
            _changedIds.Add(container.Id);
        _signal.Set();
        _running = Task.Run(RunAsync);
    }

    /// <summary>The API has a newer version.</summary>
    public void Update(Pod pod)
    {
        lock (_gate)
            _newest = pod;
        _signal.Set();
    }

    /// <summary>The API has the pod no more.</summary>
    public void Remove(Pod last)
    {
        lock (_gate)
        {
            _newest = last;
            _isRemoved = true;
        }

        _signal.Set();
    }

    /// <summary>Something happened to one of the pod's sandboxes or containers.</summary>
    public void EngineChanged(string id)
    {
        lock (_gate)
            _changedIds.Add(id);
        _signal.Set();
    }

    /// <summary>A ConfigMap, Secret or Service that the pod refers to changed.</summary>
    public void ObjectsChanged()
    {
        lock (_gate)
            _objectsChanged = true;
        _signal.Set();
    }

    /// <summary>The node's address changed.</summary>
    public void Wake() => _signal.Set();

    /// <summary>Stops the worker, not the pod.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _probes.Dispose();
        _images.Dispose();
        _signal.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var cancellationToken = _stopping.Token;
        try
        {
            while (true)
            {
                await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (await TurnAsync(cancellationToken).ConfigureAwait(false))
                    break;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        _finished(this);
    }

    /// <returns>True when nothing is left to do.</returns>
    private async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        _state.ClearWake();
        try
        {
            await TakeNewsAsync(cancellationToken).ConfigureAwait(false);

            // A new pod is told of before the first step, which may take a while; an adopted one once it is known how it is.
            if (_status is null && _state.Engine.Containers.IsEmpty)
                Publish();
            var isDone = await StepAsync(cancellationToken).ConfigureAwait(false);
            if (isDone)
                return true;
        }
        catch (Exception e) when (e is RuntimeException or IOException or UnauthorizedAccessException or ApiException or HttpRequestException)
        {
            LogTurn(_pod.Metadata.Namespace, _pod.Metadata.Name, e.Message);
            _state.Wake(_services.Time.GetUtcNow() + s_retry);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug must not cost the pod its worker.
            LogBug(e, _pod.Metadata.Namespace, _pod.Metadata.Name);
            _state.Wake(_services.Time.GetUtcNow() + (10 * s_retry));
        }

        Publish();
        _signal.SetAt(_state.WakeAt);
        return false;
    }

    private async ValueTask TakeNewsAsync(CancellationToken cancellationToken)
    {
        string[] changed;
        (EngineContainer, string?)[] hooks;
        bool objectsChanged;
        Pod newest;
        lock (_gate)
        {
            changed = [.. _changedIds];
            _changedIds.Clear();
            hooks = [.. _endedHooks];
            _endedHooks.Clear();
            objectsChanged = _objectsChanged;
            _objectsChanged = false;
            newest = _newest;
        }

        // Labels and annotations are in downward-API volumes.
        _runner.VolumesStale |= objectsChanged || !ReferenceEquals(newest.Metadata, _pod.Metadata);
        _pod = newest;
        for (var i = 0; i < changed.Length; i++)
        {
            try
            {
                await RefreshAsync(changed[i], cancellationToken).ConfigureAwait(false);
            }
            catch (RuntimeException)
            {
                lock (_gate)
                    _changedIds.UnionWith(changed[i..]);
                throw;
            }
        }

        foreach (var (container, failure) in hooks)
            _runner.AfterHook(_pod, container, failure);
        _stops.KeepOnly(_state.Engine.Containers.Where(c => c.State == EngineState.Running).Select(c => c.Id));
    }

    private async ValueTask RefreshAsync(string id, CancellationToken cancellationToken)
    {
        if (_state.Engine.Sandboxes.Any(s => s.Id == id))
        {
            var sandbox = await _services.Runtime.GetSandboxAsync(id, cancellationToken).ConfigureAwait(false);
            _state.Engine = sandbox is null ? _state.Engine.Without(id) : _state.Engine.With(sandbox);
            return;
        }

        var known = _state.Engine.Containers.FirstOrDefault(c => c.Id == id);
        var container = await _services.Runtime.GetContainerAsync(id, cancellationToken).ConfigureAwait(false);
        if (container is null)
        {
            // Not a container of LiteKube's, or gone; or a sandbox that was not known yet.
            var sandbox = known is null ? await _services.Runtime.GetSandboxAsync(id, cancellationToken).ConfigureAwait(false) : null;
            _state.Engine = sandbox is null ? _state.Engine.Without(id) : _state.Engine.With(sandbox);
            return;
        }

        // One that could not be started has ended, whatever the engine calls it.
        if (container.State == EngineState.Created && known is { State: EngineState.Exited })
            return;
        if (container.State == EngineState.Exited && !_state.TerminationMessages.ContainsKey(id))
            _state.TerminationMessages[id] = await TerminationMessage.ReadAsync(_services.Runtime, container, _pod.AllContainers().Count(), cancellationToken).ConfigureAwait(false);
        _state.Engine = _state.Engine.With(container);
    }

    private async ValueTask<bool> StepAsync(CancellationToken cancellationToken)
    {
        CheckDeadline();
        _isEnding |= IsRemoved || _pod.IsBeingDeleted() || _pod.IsTerminal() || _state.Verdict is not null;
        if (!_isEnding)
        {
            _isEnding = !await _runner.StepAsync(_pod, cancellationToken).ConfigureAwait(false);
            if (!_isEnding)
                return false;
        }

        _images.Dispose();
        _probes.StopLivenessAndStartup();
        if (!await _ending.StepAsync(_pod, _runner.ProbeAddress(_pod), cancellationToken).ConfigureAwait(false))
            return false;
        if (!IsRemoved && !_pod.IsBeingDeleted())
            return false;

        Publish();
        await new OrphanCleanup(_services.Runtime, _services.Network, _services.Cleanup).RemoveAsync(Uid, _state.Engine, cancellationToken).ConfigureAwait(false);
        if (IsRemoved)
            return true;
        await DeleteAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    private bool IsRemoved
    {
        get
        {
            lock (_gate)
                return _isRemoved;
        }
    }

    /// <summary>The last word: nothing of the pod is left here, so its object may go.</summary>
    private async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        if (_isDeleted)
            return;
        await _writer.Idle.WaitAsync(cancellationToken).ConfigureAwait(false);
        var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = Uid } };
        await _services.Client.TryDeleteAsync(Pod.Resource, _pod.Metadata.Namespace, _pod.Metadata.Name!, options, cancellationToken).ConfigureAwait(false);
        _isDeleted = true;
        LogDeleted(_pod.Metadata.Namespace, _pod.Metadata.Name);
    }

    private void CheckDeadline()
    {
        if (_state.Verdict is not null || _isEnding || _pod.Spec.ActiveDeadlineSeconds is not { } seconds)
            return;
        var deadline = _startTime + TimeSpan.FromSeconds(seconds);
        if (_services.Time.GetUtcNow() < deadline)
        {
            _state.Wake(deadline);
            return;
        }

        _state.Verdict = new PodVerdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        _events.Normal("DeadlineExceeded", "Pod was active on the node longer than specified deadline");
    }

    private void SyncProbes() =>
        _probes.Sync(_pod, _state.Engine.Containers.Where(c => c.State == EngineState.Running && !_state.InHook.Contains(c.Id)), [.. _pod.Status.ContainerStatuses, .. _pod.Status.InitContainerStatuses]);

    private void Publish()
    {
        SyncProbes();
        var situation = new PodSituation(_pod, _state.Engine, _probes, _services.Runtime.Name, _services.Time.GetUtcNow())
        {
            Previous = _status,
            Waiting = _state.Waiting,
            InHook = _state.InHook,
            TerminationMessages = _state.TerminationMessages,
            Addresses = _sandbox.Addresses(_pod),
            StartTime = _startTime,
            SandboxReady = _sandbox.IsReady(_pod, _state.Engine),
            Verdict = _state.Verdict,
            IsTerminated = _ending.IsOver,
        };
        var status = PodStatusBuilder.Build(situation);
        _status = status;
        if (!IsRemoved && !_isDeleted)
            _writer.Publish(_pod, status);
    }

    private void ProbeFailed(Container container, ProbeKind kind, ProbeOutcome outcome) => _events.Warning(container.Name, "Unhealthy",
        outcome.Verdict == ProbeVerdict.Unknown ? $"{kind} probe errored and resulted in unknown state: {outcome.Output}" : $"{kind} probe failed: {outcome.Output}");

    private void HookEnded(EngineContainer container, string? failure)
    {
        lock (_gate)
            _endedHooks.Add((container, failure));
        _signal.Set();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Namespace}/{Name}: will be tried again: {Error}")]
    private partial void LogTurn(string? @namespace, string? name, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "pod {Namespace}/{Name}: step failed")]
    private partial void LogBug(Exception exception, string? @namespace, string? name);

    [LoggerMessage(Level = LogLevel.Information, Message = "pod {Namespace}/{Name} is gone from this node")]
    private partial void LogDeleted(string? @namespace, string? name);
}
