using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LiteKube.Node.Runtime;

namespace LiteKube.Testing.Runtime;

/// <summary>
/// A container engine without containers: it keeps the books of <see cref="IContainerRuntime"/> and plays what <see cref="Script"/> says.
/// Time passes by the given TimeProvider only. Safe to call from several threads.
/// </summary>
public sealed class FakeRuntime(TimeProvider? time = null) : IContainerRuntime
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SandboxStatus> _sandboxes = [];
    private readonly Dictionary<string, FakeContainer> _containers = [];
    private readonly List<Channel<RuntimeEvent>> _watchers = [];
    private readonly List<string> _calls = [];
    private readonly List<FakeStreams> _streams = [];
    private int _lastId;

    public string Name => "fake";

    public IImageService Images => FakeImages;

    public FakeImageService FakeImages { get; } = new(time ?? TimeProvider.System);

    /// <summary>Called once for each container that is created.</summary>
    public Func<ContainerConfig, FakeContainerScript> Script { get; set; } = _ => new FakeContainerScript();

    /// <summary>While set, every call fails with <see cref="RuntimeError.Unavailable"/> and this message.</summary>
    public string? Unavailable { get; set; }

    /// <summary>While set, sandboxes cannot be made.</summary>
    public string? SandboxError { get; set; }

    /// <summary>What was asked, in order: <c>CreateSandbox ns/pod</c>, <c>StartContainer ns/pod/container</c> …</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>The streams of every exec and attach so far, also closed ones.</summary>
    public IReadOnlyList<FakeStreams> OpenStreams
    {
        get
        {
            lock (_lock)
                return [.. _streams];
        }
    }

    public ValueTask<RuntimeInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        return ValueTask.FromResult(new RuntimeInfo(Name, "1.0", "1.0", 2, "cgroupfs", "/var/lib/fake"));
    }

    public ValueTask<string> CreateSandboxAsync(SandboxConfig config, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Record($"CreateSandbox {config.Pod.Namespace}/{config.Pod.Name}");
            if (SandboxError is { } error)
                throw new RuntimeException(RuntimeError.Failed, error);
            var id = NextId();
            _sandboxes[id] = new SandboxStatus(id, config.Pod, config.Attempt, true, _time.GetUtcNow(), config.HostNetwork ? null : $"/proc/{_lastId}/ns/net", _lastId);
            return ValueTask.FromResult(id);
        }
    }

    public ValueTask StopSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Record($"StopSandbox {NameOfSandbox(sandboxId)}");
            foreach (var container in _containers.Values.Where(c => c.SandboxId == sandboxId).ToArray())
                End(container, 137);
            EndSandbox(sandboxId);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Record($"RemoveSandbox {NameOfSandbox(sandboxId)}");
            foreach (var container in _containers.Values.Where(c => c.SandboxId == sandboxId).ToArray())
                Remove(container);
            EndSandbox(sandboxId);
            if (_sandboxes.Remove(sandboxId, out var sandbox))
                Publish(RuntimeEventType.Removed, sandbox.Pod, sandboxId);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<SandboxStatus?> GetSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        lock (_lock)
            return ValueTask.FromResult(_sandboxes.GetValueOrDefault(sandboxId));
    }

    public ValueTask<IReadOnlyList<SandboxStatus>> ListSandboxesAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<SandboxStatus>>([.. _sandboxes.Values]);
    }

    public ValueTask<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Record($"CreateContainer {NameOf(config)}");
            if (!_sandboxes.TryGetValue(sandboxId, out var sandbox) || !sandbox.Ready)
                throw new RuntimeException(RuntimeError.CreateContainer, $"sandbox {sandboxId} is not running");
            var script = Script(config);
            if (script.CreateError is { } error)
                throw new RuntimeException(RuntimeError.CreateContainer, error);
            var id = NextId();
            var status = new ContainerStatus(id, sandboxId, config.Pod, config.Name, config.Attempt, ContainerState.Created)
            {
                Image = config.Image,
                ImageId = config.ImageId,
                CreatedAt = _time.GetUtcNow(),
                Annotations = config.Annotations,
            };
            _containers[id] = new FakeContainer(sandboxId, config, script, status);
            return ValueTask.FromResult(id);
        }
    }

    public ValueTask StartContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var container = Find(containerId);
            Record($"StartContainer {NameOf(container.Config)}");
            if (container.Status.State == ContainerState.Running)
                return ValueTask.CompletedTask;
            var now = _time.GetUtcNow();
            if (container.Script.StartError is { } error)
            {
                container.Status = container.Status with { State = ContainerState.Exited, ExitCode = container.Script.StartErrorExitCode, Error = error, FinishedAt = now };
                container.Ended.TrySetResult();
                throw new RuntimeException(RuntimeError.StartContainer, error);
            }

            container.Status = container.Status with { State = ContainerState.Running, StartedAt = now, Pid = ++_lastId };
            foreach (var line in container.Script.Log)
                container.AddLog(now, OutputStream.Stdout, line);
            Publish(RuntimeEventType.ContainerStarted, container.Config.Pod, containerId);
            if (container.Script.ExitCode is { } code)
            {
                container.EndTimer = _time.CreateTimer(_ => Exit(containerId, code), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                container.EndTimer.Change(container.Script.RunTime, Timeout.InfiniteTimeSpan);
            }

            return ValueTask.CompletedTask;
        }
    }

    public async ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken)
    {
        FakeContainer container;
        lock (_lock)
        {
            if (!_containers.TryGetValue(containerId, out container!))
                throw new RuntimeException(RuntimeError.NotFound, $"no such container: {containerId}");
            Record($"StopContainer {NameOf(container.Config)} {grace.TotalSeconds:0.###}s");
            if (!container.Script.IgnoresStopSignal && grace > TimeSpan.Zero)
                End(container, container.Script.StopExitCode);
        }

        var killAfter = Task.Delay(grace, _time, cancellationToken);
        await Task.WhenAny(container.Ended.Task, killAfter).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
            End(container, 137);
    }

    public ValueTask RemoveContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_containers.TryGetValue(containerId, out var container))
                return ValueTask.CompletedTask;
            Record($"RemoveContainer {NameOf(container.Config)}");
            Remove(container);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<ContainerStatus?> GetContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        lock (_lock)
            return ValueTask.FromResult(_containers.GetValueOrDefault(containerId)?.Status);
    }

    public ValueTask<IReadOnlyList<ContainerStatus>> ListContainersAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<ContainerStatus>>([.. _containers.Values.Select(c => c.Status)]);
    }

    public ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var container = Find(containerId);
            Record($"UpdateContainer {NameOf(container.Config)}");
            container.Resources = resources;
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var container = FindRunning(containerId);
            Record($"Exec {NameOf(container.Config)} {string.Join(' ', command)}");
            return ValueTask.FromResult(container.Script.Exec(command));
        }
    }

    public ValueTask<IContainerStreams> ExecAsync(string containerId, ExecOptions options, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var container = FindRunning(containerId);
            Record($"Exec {NameOf(container.Config)} {string.Join(' ', options.Command)}");
            var echo = options.Command is ["cat", ..];
            var result = echo ? new ExecResult(0, [], [], false) : container.Script.Exec(options.Command);
            return ValueTask.FromResult(Open(new FakeStreams(options.Stdin, echo, result)));
        }
    }

    public ValueTask<IContainerStreams> AttachAsync(string containerId, AttachOptions options, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var container = FindRunning(containerId);
            Record($"Attach {NameOf(container.Config)}");
            return ValueTask.FromResult(Open(new FakeStreams(options.Stdin, echo: true, result: null)));
        }
    }

    public async IAsyncEnumerable<LogEntry> ReadLogsAsync(string containerId, LogOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FakeContainer container;
        int next;
        lock (_lock)
        {
            container = Find(containerId);
            next = options.TailLines is { } tail ? Math.Max(0, container.Log.Count - tail) : 0;
        }

        while (true)
        {
            LogEntry[] entries;
            Task grew;
            bool ended;
            lock (_lock)
            {
                entries = [.. container.Log.Skip(next)];
                next = container.Log.Count;
                grew = container.LogGrew.Task;
                ended = container.Ended.Task.IsCompleted;
            }

            foreach (var entry in entries)
            {
                if (options.Since is not { } since || entry.Time >= since)
                    yield return entry;
            }

            if (!options.Follow || ended)
                yield break;
            await Task.WhenAny(grew, container.Ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<RuntimeEvent> WatchEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfUnavailable();
        var channel = Channel.CreateUnbounded<RuntimeEvent>();
        lock (_lock)
            _watchers.Add(channel);
        try
        {
            await foreach (var happened in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return happened;
        }
        finally
        {
            lock (_lock)
                _watchers.Remove(channel);
        }
    }

    public ValueTask<ContainerStats?> GetStatsAsync(string containerId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_containers.TryGetValue(containerId, out var container) && container.Status.State == ContainerState.Running
                ? new ContainerStats(containerId, _time.GetUtcNow(), 1_000_000, 1 << 20, 2 << 20, 1 << 20, 0)
                : null);
        }
    }

    /// <summary>The container ends by itself, now.</summary>
    public void Exit(string containerId, int exitCode, bool oomKilled = false)
    {
        lock (_lock)
        {
            if (_containers.TryGetValue(containerId, out var container))
                End(container, exitCode, oomKilled);
        }
    }

    /// <summary>The sandbox's process dies, as after an outsider's kill.</summary>
    public void KillSandbox(string sandboxId)
    {
        lock (_lock)
            EndSandbox(sandboxId);
    }

    public void WriteLog(string containerId, string line, OutputStream stream = OutputStream.Stdout)
    {
        lock (_lock)
            Find(containerId).AddLog(_time.GetUtcNow(), stream, line);
    }

    /// <summary>Ends every event stream, as a restart of the engine does.</summary>
    public void BreakEvents()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
            _watchers.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        BreakEvents();
        return ValueTask.CompletedTask;
    }

    private IContainerStreams Open(FakeStreams streams)
    {
        _streams.Add(streams);
        return streams;
    }

    private static string NameOf(ContainerConfig config) => $"{config.Pod.Namespace}/{config.Pod.Name}/{config.Name}";

    private string NameOfSandbox(string id) => _sandboxes.TryGetValue(id, out var sandbox) ? $"{sandbox.Pod.Namespace}/{sandbox.Pod.Name}" : id;

    private string NextId() => (++_lastId).ToString("x").PadLeft(64, '0');

    private void Record(string call)
    {
        ThrowIfUnavailable();
        _calls.Add(call);
    }

    private void ThrowIfUnavailable()
    {
        if (Unavailable is { } message)
            throw new RuntimeException(RuntimeError.Unavailable, message);
    }

    private FakeContainer Find(string id) =>
        _containers.TryGetValue(id, out var container) ? container : throw new RuntimeException(RuntimeError.NotFound, $"no such container: {id}");

    private FakeContainer FindRunning(string id)
    {
        var container = Find(id);
        return container.Status.State == ContainerState.Running ? container : throw new RuntimeException(RuntimeError.Failed, $"container {id} is not running");
    }

    private void End(FakeContainer container, int exitCode, bool oomKilled = false)
    {
        if (container.Status.State == ContainerState.Running)
        {
            oomKilled |= container.Script.OomKilled;
            container.Status = container.Status with { State = ContainerState.Exited, ExitCode = exitCode, FinishedAt = _time.GetUtcNow(), OomKilled = oomKilled, Pid = 0 };
            if (oomKilled)
                Publish(RuntimeEventType.ContainerOom, container.Config.Pod, container.Status.Id);
            Publish(RuntimeEventType.ContainerDied, container.Config.Pod, container.Status.Id);
        }

        container.EndTimer?.Dispose();
        container.Ended.TrySetResult();
    }

    private void EndSandbox(string id)
    {
        if (!_sandboxes.TryGetValue(id, out var sandbox) || !sandbox.Ready)
            return;
        _sandboxes[id] = sandbox with { Ready = false, NetworkNamespace = null, Pid = 0 };
        Publish(RuntimeEventType.SandboxDied, sandbox.Pod, id);
    }

    private void Remove(FakeContainer container)
    {
        End(container, 137);
        _containers.Remove(container.Status.Id);
        Publish(RuntimeEventType.Removed, container.Config.Pod, container.Status.Id);
    }

    private void Publish(RuntimeEventType type, PodIdentity pod, string id)
    {
        var happened = new RuntimeEvent(type, pod, id, _time.GetUtcNow());
        foreach (var watcher in _watchers)
            watcher.Writer.TryWrite(happened);
    }
}
