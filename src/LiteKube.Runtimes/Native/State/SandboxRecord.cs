using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.State;

/// <summary>What is known of a sandbox.</summary>
internal sealed record SandboxRecord
{
    public required string Id { get; init; }
    public required PodIdentity Pod { get; init; }
    public int Attempt { get; init; }
    public string Hostname { get; init; } = "";
    public bool HostNetwork { get; init; }
    public bool HostPid { get; init; }
    public bool HostIpc { get; init; }
    public bool ShareProcesses { get; init; }
    public required string Cgroup { get; init; }

    /// <summary>Whether the cgroup is LiteKube's to remove.</summary>
    public bool OwnsCgroup { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>False once it was stopped.</summary>
    public bool Ready { get; init; }

    public string BootId { get; init; } = "";

    /// <summary>The pod's first process, where its containers share their process namespace.</summary>
    public int Pid { get; init; }

    public long PidStart { get; init; }
}
