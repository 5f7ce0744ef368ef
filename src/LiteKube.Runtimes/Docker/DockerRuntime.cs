using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;
using LiteKube.Runtimes.Docker.Client.Models;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Docker;

/// <summary>
/// Docker Engine as the node's container runtime. A sandbox is a container of LiteKube's pause image without a network (or on the host's), whose
/// namespaces the pod's containers join. The engine never restarts anything; what LiteKube knows about its containers it keeps there as labels.
/// </summary>
public sealed partial class DockerRuntime : IContainerRuntime
{
    private const int ParallelInspects = 8;

    private readonly DockerClient _client;
    private readonly DockerRuntimeOptions _options;
    private readonly ILogger _logger;
    private readonly DockerImages _images;
    private readonly PauseImage _pause;
    private readonly DockerExec _exec;
    private readonly DockerLogs _logs;
    private readonly DockerEvents _events;
    private readonly DockerStats _stats;
    private readonly OomScore _oomScore;
    private readonly ConcurrentDictionary<string, SharedSandbox> _sandboxes = new();
    private volatile bool _pauseReady;

    public DockerRuntime(DockerRuntimeOptions options, TimeProvider time, ILogger<DockerRuntime> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = logger;
        _client = new DockerClient(options.Host, options.RequestTimeout);
        _images = new DockerImages(_client, options);
        _pause = new PauseImage(_client.Images);
        _exec = new DockerExec(_client, time);
        _logs = new DockerLogs(_client.Containers);
        _events = new DockerEvents(_client.System, time);
        _stats = new DockerStats(_client.Containers, time);
        _oomScore = OomScore.Detect();
    }

    public string Name => "docker";

    public IImageService Images => _images;

    public async ValueTask<RuntimeInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_pauseReady)
            {
                await _pause.EnsureAsync(cancellationToken).ConfigureAwait(false);
                _pauseReady = true;
            }

            var version = await _client.System.GetApiVersionAsync(cancellationToken).ConfigureAwait(false);
            var info = await _client.System.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            return new RuntimeInfo(Name, info.ServerVersion, version.ToString(), info.CgroupVersion == "2" ? 2 : 1, info.CgroupDriver, info.DockerRootDir);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<string> CreateSandboxAsync(SandboxConfig config, CancellationToken cancellationToken)
    {
        try
        {
            var id = await CreateSandboxContainerAsync(config, cancellationToken).ConfigureAwait(false);
            try
            {
                await _client.Containers.StartAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await _client.Containers.RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
                if (e is not DockerApiException refused || !_oomScore.IsCauseOf(refused.Message))
                    throw;
                LogCannotLowerOomScore();
                return await CreateSandboxAsync(config, cancellationToken).ConfigureAwait(false);
            }

            _sandboxes[id] = SharedSandbox.Of(config);
            return id;
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask StopSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        try
        {
            await ForEachContainerAsync(sandboxId, (id, token) => _client.Containers.KillAsync(id, token), cancellationToken).ConfigureAwait(false);
            await _client.Containers.KillAsync(sandboxId, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        try
        {
            await ForEachContainerAsync(sandboxId, (id, token) => _client.Containers.RemoveAsync(id, token), cancellationToken).ConfigureAwait(false);
            await _client.Containers.RemoveAsync(sandboxId, cancellationToken).ConfigureAwait(false);
            _sandboxes.TryRemove(sandboxId, out _);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<SandboxStatus?> GetSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        var inspect = await InspectAsync(sandboxId, cancellationToken).ConfigureAwait(false);
        return inspect is not null && DockerLabels.IsSandbox(inspect.Config.Labels ?? []) ? DockerStatus.Sandbox(inspect) : null;
    }

    public async ValueTask<IReadOnlyList<SandboxStatus>> ListSandboxesAsync(CancellationToken cancellationToken)
    {
        var inspects = await InspectAllAsync(DockerLabels.SandboxType, cancellationToken).ConfigureAwait(false);
        return [.. inspects.Select(DockerStatus.Sandbox)];
    }

    public async ValueTask<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(config);
        try
        {
            var shared = await GetSharedAsync(sandboxId, cancellationToken).ConfigureAwait(false);
            var user = await ContainerUser.OfAsync(config, _client.Images, cancellationToken).ConfigureAwait(false);
            var seccomp = await SeccompProfile.ReadAsync(config.Security.SeccompProfile, cancellationToken).ConfigureAwait(false);
            var version = await _client.System.GetApiVersionAsync(cancellationToken).ConfigureAwait(false);
            var request = ContainerRequest.Build(sandboxId, shared, config, user, seccomp, _options, _oomScore, version);
            return await CreateNamedAsync(ContainerRequest.NameOf(config.Pod, config.Name, config.Attempt), request, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound && e.Message.Contains("image", StringComparison.OrdinalIgnoreCase))
        {
            throw new RuntimeException(RuntimeError.ImageNotPresent, e.Message, e);
        }
        catch (DockerApiException e)
        {
            throw new RuntimeException(RuntimeError.CreateContainer, e.Message, e);
        }
    }

    public async ValueTask StartContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Containers.StartAsync(containerId, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            // This container is lost; the next one made for the pod gets a score that the engine can set.
            if (_oomScore.IsCauseOf(e.Message))
                LogCannotLowerOomScore();
            throw Refused(e, RuntimeError.StartContainer);
        }
    }

    public async ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken)
    {
        try
        {
            if (grace <= TimeSpan.Zero)
                await _client.Containers.KillAsync(containerId, cancellationToken).ConfigureAwait(false);
            else
                await _client.Containers.StopAsync(containerId, (int)Math.Min(int.MaxValue / 1000, Math.Ceiling(grace.TotalSeconds)), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask RemoveContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Containers.RemoveAsync(containerId, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<ContainerStatus?> GetContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        var inspect = await InspectAsync(containerId, cancellationToken).ConfigureAwait(false);
        return inspect is not null && DockerLabels.IsContainer(inspect.Config.Labels ?? []) ? await StatusAsync(inspect, cancellationToken).ConfigureAwait(false) : null;
    }

    public async ValueTask<IReadOnlyList<ContainerStatus>> ListContainersAsync(CancellationToken cancellationToken)
    {
        var statuses = new List<ContainerStatus>();
        foreach (var inspect in await InspectAllAsync(DockerLabels.ContainerType, cancellationToken).ConfigureAwait(false))
            statuses.Add(await StatusAsync(inspect, cancellationToken).ConfigureAwait(false));
        return statuses;
    }

    public async ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken cancellationToken)
    {
        try
        {
            await _client.Containers.UpdateAsync(containerId, ContainerRequest.Update(resources), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await _exec.RunAsync(containerId, command, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<IContainerStreams> ExecAsync(string containerId, ExecOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await _exec.OpenAsync(containerId, options, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public async ValueTask<IContainerStreams> AttachAsync(string containerId, AttachOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var connection = await _client.Containers.AttachAsync(containerId, options.Stdin, options.Stdout, options.Stderr, cancellationToken).ConfigureAwait(false);
            return new DockerStreams(connection, options.Stdin, options.Tty, (width, height, token) => _client.Containers.ResizeAsync(containerId, width, height, token), exitCode: null);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public IAsyncEnumerable<LogEntry> ReadLogsAsync(string containerId, LogOptions options, CancellationToken cancellationToken) => _logs.ReadAsync(containerId, options, cancellationToken);

    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken cancellationToken) => _events.WatchAsync(cancellationToken);

    public ValueTask<ContainerStats?> GetStatsAsync(string containerId, CancellationToken cancellationToken) => _stats.GetAsync(containerId, cancellationToken);

    /// <summary>Removes every sandbox and container that LiteKube ever made in this engine, running or not. For <c>litekube cleanup</c>.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> RemoveEverythingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var removed = 0;
            foreach (var type in (string[])[DockerLabels.ContainerType, DockerLabels.SandboxType])
            {
                var containers = await _client.Containers.ListAsync([$"{DockerLabels.Type}={type}"], cancellationToken).ConfigureAwait(false);
                await ForEachAsync(containers, (id, token) => _client.Containers.RemoveAsync(id, token), cancellationToken).ConfigureAwait(false);
                removed += containers.Length;
            }

            _sandboxes.Clear();
            return removed;
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    public ValueTask DisposeAsync()
    {
        _images.Dispose();
        _pause.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static RuntimeException Refused(DockerApiException e, RuntimeError otherwise) =>
        new(e.Status == HttpStatusCode.NotFound && e.Message.Contains("No such container", StringComparison.OrdinalIgnoreCase) ? RuntimeError.NotFound : otherwise, e.Message, e);

    /// <summary>The image is made sure of only where the engine says that it has none: the ordinary case pays nothing.</summary>
    private async Task<string> CreateSandboxContainerAsync(SandboxConfig config, CancellationToken cancellationToken)
    {
        var name = SandboxRequest.NameOf(config);
        try
        {
            return await CreateNamedAsync(name, SandboxRequest.Build(config, _oomScore), cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            await _pause.EnsureAsync(cancellationToken).ConfigureAwait(false);
            return await CreateNamedAsync(name, SandboxRequest.Build(config, _oomScore), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A name left by an attempt that LiteKube did not see the end of is no obstacle: what never ran is removed, beside others another name is used.</summary>
    private async Task<string> CreateNamedAsync(string name, CreateContainerRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Containers.CreateAsync(name, request, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.Conflict && e.Message.Contains("already in use", StringComparison.Ordinal))
        {
            if (await _client.Containers.InspectAsync(name, cancellationToken).ConfigureAwait(false) is { State.Status: "created" } left)
                await _client.Containers.RemoveAsync(left.Id, cancellationToken).ConfigureAwait(false);
            else
                name += "_" + Random.Shared.Next().ToString("x8", CultureInfo.InvariantCulture);
            return await _client.Containers.CreateAsync(name, request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<SharedSandbox> GetSharedAsync(string sandboxId, CancellationToken cancellationToken)
    {
        if (_sandboxes.TryGetValue(sandboxId, out var known))
            return known;
        var inspect = await _client.Containers.InspectAsync(sandboxId, cancellationToken).ConfigureAwait(false)
            ?? throw new RuntimeException(RuntimeError.NotFound, $"no such sandbox: {sandboxId}");
        return _sandboxes[sandboxId] = SharedSandbox.Of(inspect);
    }

    private async Task<ContainerInspect?> InspectAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Containers.InspectAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    private async Task<IReadOnlyList<ContainerInspect>> InspectAllAsync(string type, CancellationToken cancellationToken)
    {
        try
        {
            var containers = await _client.Containers.ListAsync([$"{DockerLabels.Type}={type}"], cancellationToken).ConfigureAwait(false);
            var inspects = new ConcurrentBag<ContainerInspect>();
            await ForEachAsync(containers, AddAsync, cancellationToken).ConfigureAwait(false);
            return [.. inspects.OrderBy(i => i.Created)];

            async Task AddAsync(string id, CancellationToken token)
            {
                if (await _client.Containers.InspectAsync(id, token).ConfigureAwait(false) is { } inspect)
                    inspects.Add(inspect);
            }
        }
        catch (DockerApiException e)
        {
            throw Refused(e, RuntimeError.Failed);
        }
    }

    private async ValueTask<ContainerStatus> StatusAsync(ContainerInspect inspect, CancellationToken cancellationToken) =>
        DockerStatus.Container(inspect, await _images.GetDigestAsync(inspect.Image, cancellationToken).ConfigureAwait(false));

    private async Task ForEachContainerAsync(string sandboxId, Func<string, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        var containers = await _client.Containers.ListAsync([$"{DockerLabels.Sandbox}={sandboxId}"], cancellationToken).ConfigureAwait(false);
        await ForEachAsync(containers, action, cancellationToken).ConfigureAwait(false);
    }

    private static Task ForEachAsync(ContainerSummary[] containers, Func<string, CancellationToken, Task> action, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(containers, new ParallelOptions { MaxDegreeOfParallelism = ParallelInspects, CancellationToken = cancellationToken },
            async (container, token) => await action(container.Id, token).ConfigureAwait(false));

    [LoggerMessage(LogLevel.Warning, "the container engine may not lower OOM scores here (no CAP_SYS_RESOURCE): pods are not favoured when memory is short")]
    private partial void LogCannotLowerOomScore();
}
