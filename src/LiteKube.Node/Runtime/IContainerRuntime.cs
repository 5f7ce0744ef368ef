namespace LiteKube.Node.Runtime;

/// <summary>
/// What the node asks of a container engine, in the shape of Kubernetes' Container Runtime Interface: sandboxes and containers apart, images apart
/// (<see cref="IImageService"/>). Volumes, /etc/hosts, resolv.conf, probes, restarts and the pod's network belong to LiteKube, never to the engine.
/// All calls are idempotent where a second call can mean the same; what an engine refuses is a <see cref="RuntimeException"/>.
/// </summary>
public interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>As in <c>status.containerStatuses[].containerID</c> before <c>://</c>: <c>docker</c>.</summary>
    string Name { get; }

    IImageService Images { get; }

    /// <exception cref="RuntimeException">The engine is not there; the message names the remedy.</exception>
    ValueTask<RuntimeInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>Makes and starts a sandbox: the namespaces that the pod's containers share. Its network namespace has only a loopback device unless HostNetwork.</summary>
    /// <returns>The sandbox's id.</returns>
    ValueTask<string> CreateSandboxAsync(SandboxConfig config, CancellationToken cancellationToken);

    /// <summary>Stops whatever still runs in the sandbox, and the sandbox. No error where it is already gone.</summary>
    ValueTask StopSandboxAsync(string sandboxId, CancellationToken cancellationToken);

    ValueTask RemoveSandboxAsync(string sandboxId, CancellationToken cancellationToken);

    ValueTask<SandboxStatus?> GetSandboxAsync(string sandboxId, CancellationToken cancellationToken);

    /// <summary>Every sandbox that LiteKube made here, also before its last restart.</summary>
    ValueTask<IReadOnlyList<SandboxStatus>> ListSandboxesAsync(CancellationToken cancellationToken);

    ValueTask<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken cancellationToken);

    ValueTask StartContainerAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Sends the stop signal, and SIGKILL after the grace period. Returns when the container has ended.</summary>
    ValueTask StopContainerAsync(string containerId, TimeSpan grace, CancellationToken cancellationToken);

    ValueTask RemoveContainerAsync(string containerId, CancellationToken cancellationToken);

    ValueTask<ContainerStatus?> GetContainerAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Every container that LiteKube made here, running or ended, also before its last restart.</summary>
    ValueTask<IReadOnlyList<ContainerStatus>> ListContainersAsync(CancellationToken cancellationToken);

    ValueTask UpdateContainerAsync(string containerId, ContainerResources resources, CancellationToken cancellationToken);

    /// <summary>Runs a command to its end, for probes and hooks. Output beyond 16 KiB is dropped.</summary>
    ValueTask<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken);

    ValueTask<IContainerStreams> ExecAsync(string containerId, ExecOptions options, CancellationToken cancellationToken);

    ValueTask<IContainerStreams> AttachAsync(string containerId, AttachOptions options, CancellationToken cancellationToken);

    /// <summary>The container's log from its start, in order (long lines in pieces, see <see cref="LogEntry"/>); with <see cref="LogOptions.Follow"/> until it ends.</summary>
    IAsyncEnumerable<LogEntry> ReadLogsAsync(string containerId, LogOptions options, CancellationToken cancellationToken);

    /// <summary>What happens to LiteKube's sandboxes and containers from now on. Ends when the connection to the engine does; list again then.</summary>
    IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken cancellationToken);

    ValueTask<ContainerStats?> GetStatsAsync(string containerId, CancellationToken cancellationToken);
}

public interface IImageService
{
    ValueTask<ImageStatus?> GetAsync(string reference, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancellationToken);

    /// <returns>The image's id.</returns>
    /// <exception cref="RuntimeException">With <see cref="RuntimeError.ImagePull"/> or InvalidImageName and the registry's own words.</exception>
    ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, CancellationToken cancellationToken);

    /// <param name="progress">Told every now and then how far the pull is, by runtimes that know.</param>
    /// <inheritdoc cref="PullAsync(string, RegistryCredentials?, CancellationToken)"/>
    ValueTask<string> PullAsync(string reference, RegistryCredentials? credentials, IProgress<PullProgress>? progress, CancellationToken cancellationToken) => PullAsync(reference, credentials, cancellationToken);

    ValueTask RemoveAsync(string imageId, CancellationToken cancellationToken);

    /// <summary>Bytes used by images on disk, and the path of the file system they are on.</summary>
    ValueTask<ImageFileSystem> GetFileSystemAsync(CancellationToken cancellationToken);
}

/// <summary>Both ends of a command's or container's standard streams.</summary>
public interface IContainerStreams : IAsyncDisposable
{
    /// <summary>Null where stdin was not asked for. <see cref="CloseStdinAsync"/> signals end of file.</summary>
    Stream? Stdin { get; }

    /// <summary>Output as it comes: which stream, and bytes valid until the next read. Ends with the command.</summary>
    IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadOutputAsync(CancellationToken cancellationToken);

    ValueTask CloseStdinAsync(CancellationToken cancellationToken);

    ValueTask ResizeAsync(int width, int height, CancellationToken cancellationToken);

    /// <summary>The exit code, once the output has ended. Null for attach.</summary>
    ValueTask<int?> GetExitCodeAsync(CancellationToken cancellationToken);
}

public enum OutputStream
{
    Stdout = 1,
    Stderr = 2,
}

public enum RuntimeError
{
    Failed,
    NotFound,
    ImagePull,
    InvalidImageName,
    ImageNotPresent,
    CreateContainer,
    StartContainer,
    Unavailable,
}

public sealed class RuntimeException(RuntimeError error, string message, Exception? inner = null) : Exception(message, inner)
{
    public RuntimeError Error { get; } = error;
}
