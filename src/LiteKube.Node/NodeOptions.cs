using System.Net;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node;

/// <summary>
/// To add a setting: add a property with its default here, and, if it is the operator's business, a flag in the executable that fills it.
/// </summary>
public sealed record NodeOptions
{
    public string NodeName { get; init; } = System.Environment.MachineName.ToLowerInvariant();

    /// <summary>The address other nodes reach this one by. Null: found by the default route, and followed when it changes.</summary>
    public IPAddress? NodeIP { get; init; }

    /// <summary>Pods' volumes and files; survives restarts, belongs to this node alone.</summary>
    public string RootDirectory { get; init; } = "/var/lib/litekube/agent/node";

    public IReadOnlyList<string> ClusterDns { get; init; } = ["10.43.0.10"];

    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Set at registration, beside those that every node has; later changes are the API's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Set at first registration only.</summary>
    public IReadOnlyList<Taint> Taints { get; init; } = [];

    /// <summary>Set at first registration where no controller gives nodes their pod CIDR; null leaves that to it.</summary>
    public string? PodCidr { get; init; }

    /// <summary>Where this node's own server listens; told in the node's status.</summary>
    public int ServerPort { get; init; } = 10250;

    public int MaxPods { get; init; } = 110;

    /// <summary>Replaces what the machine says of a resource (<c>cpu</c>, <c>memory</c> …), or adds one.</summary>
    public IReadOnlyDictionary<string, string> Capacity { get; init; } = new Dictionary<string, string>();

    /// <summary>Kept from pods: allocatable is capacity less this.</summary>
    public IReadOnlyDictionary<string, string> Reserved { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that pods with dnsPolicy Default resolve by. Null: the host's own.</summary>
    public string? ResolverConfig { get; init; }

    /// <summary>Containers that name no seccomp profile get the engine's instead of none.</summary>
    public bool SeccompDefault { get; init; }

    public int MaxParallelImagePulls { get; init; } = 4;

    /// <summary>Percent of the image disk in use at which unused images are removed, …</summary>
    public int ImageGcHighPercent { get; init; } = 85;

    /// <summary>… and down to which.</summary>
    public int ImageGcLowPercent { get; init; } = 80;

    /// <summary>Images that are never removed, by any of their tags: the pause image.</summary>
    public IReadOnlyList<string> PinnedImages { get; init; } = [];

    public TimeSpan LeaseInterval { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>The node's status is written when it changes, and this often anyway.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the engine is asked for all it has, besides its events.</summary>
    public TimeSpan RelistInterval { get; init; } = TimeSpan.FromMinutes(5);
}
