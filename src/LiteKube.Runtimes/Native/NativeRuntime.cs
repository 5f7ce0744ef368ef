using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Cgroups;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Logs;
using LiteKube.Runtimes.Native.Sandboxes;
using LiteKube.Runtimes.Native.State;
using LiteKube.Runtimes.Native.Streams;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native;

/// <summary>
/// Containers without a container engine's daemon: LiteKube's own images, sandboxes and records, with crun or runc to make containers and conmon to
/// watch them. What earlier processes of LiteKube made is taken over at the first call.
/// </summary>
public sealed partial class NativeRuntime : IContainerRuntime
{
    private readonly NativeMachine _machine;
    private readonly ILogger _logger;
    private readonly ImageStore _store;
    private readonly NativeImages _images;
    private readonly ContainerBooks _books = new();
    private readonly ContainerLifecycle _containers;
    private readonly SandboxLifecycle _sandboxes;
    private readonly ContainerMaker _maker;
    private readonly Execs _execs;
    private readonly LogReader _logs;
    private readonly CgroupReader _cgroups = new();
    private readonly WritableLayers _layers;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _rotation = Task.CompletedTask;
    private volatile bool _open;

    /// <exception cref="IOException">The directories cannot be made.</exception>
    public NativeRuntime(NativeRuntimeOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        _logger = loggers.CreateLogger<NativeRuntime>();
        _machine = new NativeMachine(options, time);
        _store = ImageStore.Open(new ImageStoreOptions { Root = _machine.Layout.Images, Users = new ImageUsers(_machine.Layout).Of }, time, loggers.CreateLogger<ImageStore>());
        _images = new NativeImages(_store, time);
        if (options.ImageBundles is { } bundles)
            _images.BeginImport(bundles, _logger);
        _containers = new ContainerLifecycle(_machine, _books, _logger);
        _sandboxes = new SandboxLifecycle(_machine, _books, _containers, _logger);
        _maker = new ContainerMaker(_machine, _store, _images);
        _execs = new Execs(_machine);
        _logs = new LogReader(_machine.Readiness);
        _layers = new WritableLayers(time);
    }

    public string Name => "litekube";

    public IImageService Images => _images;

    internal ImageStore Store => _store;

    public async ValueTask<RuntimeInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        _ = _machine.Monitors;
        var engine = _machine.Engine;
        var version = await engine.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        return new RuntimeInfo(Name, $"{engine.Program.Name}-{version}", "1.0", _machine.Cgroups.Hierarchy.Version, "cgroupfs", _machine.Options.RootDirectory);
    }

    public async ValueTask<string> CreateSandboxAsync(SandboxConfig config, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return (await _sandboxes.CreateAsync(config, cancellationToken).ConfigureAwait(false)).Record.Id;
    }

    public async ValueTask StopSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_sandboxes.Find(sandboxId) is { } sandbox)
            await _sandboxes.StopAsync(sandbox, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_sandboxes.Find(sandboxId) is { } sandbox)
            await _sandboxes.RemoveAsync(sandbox, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<SandboxStatus?> GetSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return _sandboxes.Find(sandboxId)?.ToStatus();
    }

    public async ValueTask<IReadOnlyList<SandboxStatus>> ListSandboxesAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return [.. _sandboxes.All.Select(s => s.ToStatus()).OrderBy(s => s.CreatedAt)];
    }

    public async ValueTask<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(config);
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        var sandbox = _sandboxes.Find(sandboxId) ?? throw new RuntimeException(RuntimeError.NotFound, $"no such sandbox: {sandboxId}");
        await sandbox.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!sandbox.Record.Ready)
                throw new RuntimeException(RuntimeError.CreateContainer, $"sandbox {sandboxId} is not running");
            var container = await _maker.MakeAsync(sandbox, config, TargetOf(sandboxId, config), cancellationToken).ConfigureAwait(false);
            _books.Add(container);
            return container.Record.Id;
        }
        finally
        {
            sandbox.Gate.Release();
        }
    }

    private int TargetOf(string sandboxId, ContainerConfig config)
    {
        if (config.ProcessesOf is not { } target)
            return 0;
        return _books.Find(target)?.Record is { Phase: ContainerPhase.Running, Pid: > 0 } record && record.SandboxId == sandboxId
            ? record.Pid
            : throw new RuntimeException(RuntimeError.CreateContainer, $"container {target}, whose processes are to be shared, is not running in sandbox {sandboxId}");
    }

    public async ValueTask StartContainerAsync(string containerId, CancellationToken cancellationToken) =>
        await _containers.StartAsync(await GetAsync(containerId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken) =>
        await _containers.StopAsync(await GetAsync(containerId, cancellationToken).ConfigureAwait(false), grace, cancellationToken).ConfigureAwait(false);

    public async ValueTask RemoveContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_books.Find(containerId) is { } container)
            await _containers.RemoveAsync(container, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<ContainerStatus?> GetContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return _books.Find(containerId)?.Record.ToStatus();
    }

    public async ValueTask<IReadOnlyList<ContainerStatus>> ListContainersAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return [.. _books.All.Select(c => c.Record.ToStatus()).OrderBy(c => c.CreatedAt)];
    }

    public async ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken cancellationToken)
    {
        var container = await GetAsync(containerId, cancellationToken).ConfigureAwait(false);
        await container.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (container.Record.Phase == ContainerPhase.Running)
                await _machine.Engine.UpdateAsync(containerId, _maker.Specs.Limits(resources), Path.Combine(container.Paths.Directory, "update.json"), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            container.Gate.Release();
        }
    }

    public async ValueTask<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken) =>
        await _execs.RunAsync(await GetAsync(containerId, cancellationToken).ConfigureAwait(false), command, timeout, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IContainerStreams> ExecAsync(string containerId, ExecOptions options, CancellationToken cancellationToken) =>
        await _execs.OpenAsync(await GetAsync(containerId, cancellationToken).ConfigureAwait(false), options).ConfigureAwait(false);

    public async ValueTask<IContainerStreams> AttachAsync(string containerId, AttachOptions options, CancellationToken cancellationToken)
    {
        var container = await GetAsync(containerId, cancellationToken).ConfigureAwait(false);
        return container.Record.Phase == ContainerPhase.Running
            ? await AttachStreams.OpenAsync(container, options, cancellationToken).ConfigureAwait(false)
            : throw new RuntimeException(RuntimeError.Failed, $"container {containerId} is not running");
    }

    public async IAsyncEnumerable<LogEntry> ReadLogsAsync(string containerId, LogOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var container = await GetAsync(containerId, cancellationToken).ConfigureAwait(false);
        await foreach (var entry in _logs.ReadAsync(container, options, cancellationToken).ConfigureAwait(false))
            yield return entry;
    }

    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken cancellationToken) => _machine.Events.WatchAsync(cancellationToken);

    public async ValueTask<ContainerStats?> GetStatsAsync(string containerId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_books.Find(containerId) is not { Record: { Phase: ContainerPhase.Running, Pid: > 0 } record } container || _cgroups.Read(record.Pid) is not { } usage)
            return null;
        return new ContainerStats(containerId, _machine.Time.GetUtcNow(), usage.CpuNanoseconds, usage.WorkingSetBytes, usage.UsageBytes, usage.RssBytes, _layers.SizeOf(containerId, container.Paths.Upper));
    }

    /// <summary>Removes every sandbox and container that LiteKube ever made here, running or not. For <c>litekube cleanup</c>; needs no engine.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveEverythingAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        var removed = 0;
        foreach (var sandbox in _sandboxes.All.ToArray())
        {
            removed += 1 + _books.Of(sandbox.Record.Id).Count();
            await _sandboxes.RemoveAsync(sandbox, cancellationToken).ConfigureAwait(false);
        }

        foreach (var container in _books.All.ToArray())
        {
            removed++;
            await _containers.RemoveAsync(container, cancellationToken).ConfigureAwait(false);
        }

        await _machine.Cgroups.RemoveAsync(_machine.Options.CgroupRoot, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        _machine.Layout.RemoveRun();
        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _rotation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _images.DisposeAsync().ConfigureAwait(false);

        // What is done after a container's end is not left half done.
        await Task.WhenAll(_books.All.Select(c => c.Cleaned)).ConfigureAwait(false);
        foreach (var sandbox in _sandboxes.All)
            sandbox.Dispose();
        foreach (var container in _books.All)
            container.Dispose();
        _machine.Dispose();
        _opening.Dispose();
        _closing.Dispose();
    }

    private async Task<NativeContainer> GetAsync(string containerId, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken).ConfigureAwait(false);
        return _books.Get(containerId);
    }

    /// <summary>Once: takes over what is there.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_open)
            return;
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open)
                return;
            await new Adoption(_machine, _sandboxes, _books, _containers, Hold).RunAsync().ConfigureAwait(false);
            _rotation = RotateLogsAsync(_closing.Token);
            _open = true;
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Unavailable, e.Message, e);
        }
        finally
        {
            _opening.Release();
        }
    }

    private IDisposable? Hold(string imageId)
    {
        try
        {
            return _store.Hold(imageId);
        }
        catch (RuntimeException e)
        {
            // The container runs on: its layers are mounted.
            LogImageGone(imageId, e.Message);
            return null;
        }
    }

    private async Task RotateLogsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_machine.Options.LogRotationInterval, _machine.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var container in _books.All.Where(c => c.Record.Phase == ContainerPhase.Running))
            {
                try
                {
                    LogRotation.Rotate(container, _machine.Options.LogMaxBytes, _machine.Options.LogMaxFiles);
                }
                catch (IOException e)
                {
                    LogNotRotated(container.Record.Id, e.Message);
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "image {ImageId} of a container is gone: {Error}")]
    private partial void LogImageGone(string imageId, string error);

    [LoggerMessage(LogLevel.Warning, "the log of container {Id} cannot be rotated: {Error}")]
    private partial void LogNotRotated(string id, string error);
}
