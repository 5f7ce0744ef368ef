namespace LiteKube.Runtimes.Docker.Client.Models;

internal sealed record CreateContainerRequest
{
    public required string Image { get; init; }
    public string? Hostname { get; init; }
    public string? User { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public string? WorkingDir { get; init; }
    public required Dictionary<string, string> Labels { get; init; }
    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }
    public bool StdinOnce { get; init; }
    public string? StopSignal { get; init; }

    /// <summary>Kubernetes knows no health checks of images; its probes replace them.</summary>
    public HealthConfig Healthcheck { get; init; } = HealthConfig.None;

    public required HostConfig HostConfig { get; init; }
}

internal sealed record HealthConfig(IReadOnlyList<string> Test)
{
    public static readonly HealthConfig None = new(["NONE"]);
}

internal sealed record HostConfig
{
    public required string NetworkMode { get; init; }
    public string? IpcMode { get; init; }
    public string? PidMode { get; init; }
    public string? CgroupParent { get; init; }
    public IReadOnlyList<MountSpec>? Mounts { get; init; }
    public LogConfig? LogConfig { get; init; }
    public RestartPolicy RestartPolicy { get; init; } = RestartPolicy.Never;
    public bool Init { get; init; }
    public bool Privileged { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public IReadOnlyList<string>? CapAdd { get; init; }
    public IReadOnlyList<string>? CapDrop { get; init; }
    public IReadOnlyList<string>? GroupAdd { get; init; }
    public IReadOnlyList<string>? SecurityOpt { get; init; }

    /// <summary>Null keeps the engine's list; empty masks nothing.</summary>
    public IReadOnlyList<string>? MaskedPaths { get; init; }

    public IReadOnlyList<string>? ReadonlyPaths { get; init; }
    public IReadOnlyList<DeviceMapping>? Devices { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public int OomScoreAdj { get; init; }
    public long CpuShares { get; init; }
    public long CpuQuota { get; init; }
    public long CpuPeriod { get; init; }
    public long Memory { get; init; }
    public long MemorySwap { get; init; }
    public long? PidsLimit { get; init; }
}

internal sealed record RestartPolicy(string Name)
{
    public static readonly RestartPolicy Never = new("no");
}

internal sealed record LogConfig(string Type, Dictionary<string, string> Config);

internal sealed record MountSpec(string Type, string Source, string Target, bool ReadOnly, BindOptions BindOptions);

/// <param name="ReadOnlyNonRecursive">From API 1.44, where read-only became recursive unless this is said.</param>
internal sealed record BindOptions(string? Propagation, bool? ReadOnlyNonRecursive);

internal sealed record DeviceMapping(string PathOnHost, string PathInContainer, string CgroupPermissions);

internal sealed record CreatedResponse(string Id);

internal sealed record UpdateContainerRequest(long CpuShares, long CpuQuota, long CpuPeriod, long Memory, long MemorySwap);

internal sealed record ContainerSummary(string Id, string State);

internal sealed record ContainerInspect(
    string Id,
    DateTimeOffset Created,
    string Image,
    ContainerStateInfo State,
    ContainerConfigInfo Config,
    HostConfigInfo HostConfig,
    GraphDriver? GraphDriver);

internal sealed record ContainerStateInfo(
    string Status,
    bool Running,
    bool OOMKilled,
    int Pid,
    int ExitCode,
    string? Error,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt);

internal sealed record ContainerConfigInfo(Dictionary<string, string>? Labels, bool Tty);

internal sealed record HostConfigInfo(string NetworkMode, string? IpcMode, string? PidMode, string? CgroupParent);

internal sealed record GraphDriver(Dictionary<string, string>? Data);
