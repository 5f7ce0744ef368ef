using LiteKube.Client;

namespace LiteKube.Controllers;

/// <summary>How to add a setting: a property with its default here, read through <see cref="ControllerContext.Options"/>; nowhere else.</summary>
public sealed record ControllerOptions
{
    public ClientIdentity Identity { get; init; } = new("system:kube-controller-manager");

    /// <summary>The CA bundle, PEM, that pods need to trust the API server; published in every namespace. Asked when the controllers start.</summary>
    public required Func<string> RootCertificateAuthority { get; init; }

    /// <summary>Every pod's address is of this network, in CIDR form.</summary>
    public string ClusterCidr { get; init; } = "10.42.0.0/16";

    /// <summary>The prefix length of each node's share of <see cref="ClusterCidr"/>.</summary>
    public int NodeCidrPrefix { get; init; } = 24;

    /// <summary>The node of the machine that the server runs on, if it is one.</summary>
    public string? ControlPlaneNode { get; init; }

    /// <summary>How long a node may be silent before it counts as unreachable.</summary>
    public TimeSpan NodeMonitorGracePeriod { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a new node may take until its first sign of life.</summary>
    public TimeSpan NodeStartupGracePeriod { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long pods of a node that no longer exists are left alone, in case it comes back.</summary>
    public TimeSpan MissingNodeGracePeriod { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Finished pods beyond so many are deleted, oldest first.</summary>
    public int TerminatedPodThreshold { get; init; } = 12500;
}
