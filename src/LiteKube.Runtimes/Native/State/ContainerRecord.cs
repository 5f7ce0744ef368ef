using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.State;

internal enum ContainerPhase
{
    Created,

    /// <summary>The monitor was started; whether the container was is known by looking.</summary>
    Starting,
    Running,
    Exited,
}

/// <summary>What is known of a container: all that a new process needs to go on with it.</summary>
internal sealed record ContainerRecord
{
    public required string Id { get; init; }
    public required string SandboxId { get; init; }
    public required PodIdentity Pod { get; init; }
    public required string Name { get; init; }
    public int Attempt { get; init; }

    /// <summary>As the pod names it.</summary>
    public string Image { get; init; } = "";

    /// <summary>Of the image store: <c>sha256:…</c>.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>As the pod's status names it.</summary>
    public string ImageDigest { get; init; } = "";

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
    public bool Stdin { get; init; }
    public bool StdinOnce { get; init; }
    public bool Tty { get; init; }
    public int StopSignal { get; init; } = 15;
    public required string Cgroup { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public ContainerPhase Phase { get; init; }
    public int ExitCode { get; init; }
    public bool OomKilled { get; init; }
    public string? Error { get; init; }

    /// <summary>The boot in which the processes below were started; in another, their numbers are somebody else's.</summary>
    public string BootId { get; init; } = "";

    public int Pid { get; init; }
    public long PidStart { get; init; }
    public int MonitorPid { get; init; }
    public long MonitorStart { get; init; }

    public ContainerStatus ToStatus() => new(Id, SandboxId, Pod, Name, Attempt, Phase switch
    {
        ContainerPhase.Created or ContainerPhase.Starting => ContainerState.Created,
        ContainerPhase.Running => ContainerState.Running,
        _ => ContainerState.Exited,
    })
    {
        Image = Image,
        ImageId = ImageDigest,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        ExitCode = ExitCode,
        OomKilled = OomKilled,
        Error = Error,
        Pid = Phase == ContainerPhase.Running ? Pid : 0,
        Annotations = Annotations,
    };
}
