namespace LiteKube.Node.Runtime;

/// <param name="CgroupVersion">1 or 2; a hybrid host counts as 1.</param>
public sealed record RuntimeInfo(string Name, string Version, string ApiVersion, int CgroupVersion, string CgroupDriver, string RootDirectory);

/// <summary>Which pod a sandbox or container is of; kept by the engine as labels, so that a restarted LiteKube finds its own.</summary>
public sealed record PodIdentity(string Uid, string Namespace, string Name);

public sealed record SandboxConfig(PodIdentity Pod, int Attempt, string Hostname)
{
    public bool HostNetwork { get; init; }
    public bool HostPid { get; init; }
    public bool HostIpc { get; init; }
    public bool ShareProcessNamespace { get; init; }
    public bool Privileged { get; init; }
    public IReadOnlyDictionary<string, string> Sysctls { get; init; } = new Dictionary<string, string>();

    /// <summary>The cgroup that holds the pod's containers; null for the engine's default.</summary>
    public string? CgroupParent { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

/// <param name="NetworkNamespace">Path of the network namespace, while ready and not on the host's network.</param>
public sealed record SandboxStatus(string Id, PodIdentity Pod, int Attempt, bool Ready, DateTimeOffset CreatedAt, string? NetworkNamespace, int Pid);

/// <param name="Attempt">How often the container was made before in this pod: its restart count.</param>
/// <param name="ImageId">The image to run, as given by <see cref="IImageService"/>.</param>
public sealed record ContainerConfig(PodIdentity Pod, string Name, int Attempt, string Image, string ImageId)
{
    /// <summary>Replaces the image's entrypoint where not empty.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Replaces the image's arguments where not empty, or where Command is not.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    public string? WorkingDirectory { get; init; }
    public IReadOnlyList<(string Name, string Value)> Environment { get; init; } = [];
    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];
    public IReadOnlyList<ContainerDevice> Devices { get; init; } = [];
    public bool Stdin { get; init; }
    public bool StdinOnce { get; init; }
    public bool Tty { get; init; }
    public ContainerResources Resources { get; init; } = new();
    public ContainerSecurity Security { get; init; } = new();

    /// <summary>The running container of the same sandbox whose processes this one sees and may trace; null for processes of its own, or the sandbox's where it shares them.</summary>
    public string? ProcessesOf { get; init; }

    /// <summary>SIGTERM or another, overriding the image's; null to keep it.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Kept as labels and given back in <see cref="ContainerStatus.Annotations"/>.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

public enum MountPropagation
{
    Private,
    HostToContainer,
    Bidirectional,
}

public sealed record ContainerMount(string HostPath, string ContainerPath, bool ReadOnly = false, MountPropagation Propagation = MountPropagation.Private);

public sealed record ContainerDevice(string HostPath, string ContainerPath, string Permissions = "rwm");

/// <summary>In cgroup v1's terms; adapters translate for v2. Zero means unset.</summary>
public sealed record ContainerResources(long CpuShares = 0, long CpuQuota = 0, long CpuPeriod = 0, long MemoryBytes = 0, long MemorySwapBytes = 0, int OomScoreAdjust = 0, long PidsLimit = 0);

public sealed record ContainerSecurity
{
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];
    public bool Privileged { get; init; }
    public bool ReadOnlyRootFilesystem { get; init; }
    public bool NoNewPrivileges { get; init; }
    public IReadOnlyList<string> AddCapabilities { get; init; } = [];
    public IReadOnlyList<string> DropCapabilities { get; init; } = [];

    /// <summary>RuntimeDefault, Unconfined, or a profile's path on the host; null for the engine's default.</summary>
    public string? SeccompProfile { get; init; }

    public string? AppArmorProfile { get; init; }

    /// <summary>/proc not masked.</summary>
    public bool UnmaskedProc { get; init; }
}

public enum ContainerState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <param name="ImageId">As in <c>status.containerStatuses[].imageID</c>.</param>
public sealed record ContainerStatus(string Id, string SandboxId, PodIdentity Pod, string Name, int Attempt, ContainerState State)
{
    public string Image { get; init; } = "";
    public string ImageId { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int ExitCode { get; init; }
    public bool OomKilled { get; init; }

    /// <summary>Why the engine could not start it, in its own words.</summary>
    public string? Error { get; init; }

    public int Pid { get; init; }
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

public sealed record ExecOptions(IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty);

public sealed record AttachOptions(bool Stdin, bool Stdout, bool Stderr, bool Tty);

public sealed record ExecResult(int ExitCode, byte[] Stdout, byte[] Stderr, bool TimedOut);

public sealed record LogOptions(bool Follow = false, int? TailLines = null, DateTimeOffset? Since = null);

/// <param name="Text">
/// One line with its line feed. Without one it is a piece of a long line that the stream's next entry goes on with, or the log's unfinished end.
/// Valid until the next entry is asked for.
/// </param>
public readonly record struct LogEntry(DateTimeOffset Time, OutputStream Stream, ReadOnlyMemory<byte> Text);

public enum RuntimeEventType
{
    ContainerStarted,
    ContainerDied,
    ContainerOom,
    SandboxDied,
    Removed,
}

public sealed record RuntimeEvent(RuntimeEventType Type, PodIdentity Pod, string Id, DateTimeOffset Time);

public sealed record ContainerStats(string Id, DateTimeOffset Time, ulong CpuNanoseconds, ulong MemoryWorkingSetBytes, ulong MemoryUsageBytes, ulong MemoryRssBytes, ulong WritableBytes);

/// <param name="Id">Content id, <c>sha256:…</c>.</param>
/// <param name="User">The image's user: a number, a name, or empty for root.</param>
public sealed record ImageStatus(string Id, IReadOnlyList<string> Tags, IReadOnlyList<string> Digests, long SizeBytes, string User = "", IReadOnlyList<string>? Volumes = null)
{
    /// <summary>Not to be collected: it came with the machine, and no registry may have it.</summary>
    public bool Pinned { get; init; }
}

public sealed record ImageFileSystem(string Path, long UsedBytes);

public sealed record RegistryCredentials(string Username, string Password, string? IdentityToken = null);
