namespace LiteKube.Runtimes.Docker;

/// <summary>To add a setting: add a property with its default here, and, if it is the operator's business, a flag in the executable that fills it.</summary>
public sealed record DockerRuntimeOptions
{
    /// <summary>Where the engine listens. A unix socket only: the node needs the engine on its own machine, for namespaces and cgroups.</summary>
    public string Host { get; init; } = "unix:///var/run/docker.sock";

    /// <summary>How long the engine may take to answer an ordinary call.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A pull without any progress for so long has failed.</summary>
    public TimeSpan PullStallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A container's log is rotated at this size, in bytes.</summary>
    public long LogMaxBytes { get; init; } = 10 << 20;

    /// <summary>Log files kept per container, with the one being written.</summary>
    public int LogMaxFiles { get; init; } = 5;
}
