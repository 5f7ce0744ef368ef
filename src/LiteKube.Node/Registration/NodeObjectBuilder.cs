using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Registration;

/// <summary>The node's object: what it owns of it, laid over what others have put there.</summary>
internal sealed class NodeObjectBuilder(NodeOptions options)
{
    private const int MaxImages = 50;

    /// <summary>The labels that this node keeps.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; } = new Dictionary<string, string>(options.Labels, StringComparer.Ordinal)
    {
        ["kubernetes.io/hostname"] = options.NodeName,
        ["kubernetes.io/os"] = "linux",
        ["kubernetes.io/arch"] = MachineInfo.Architecture,
        ["beta.kubernetes.io/os"] = "linux",
        ["beta.kubernetes.io/arch"] = MachineInfo.Architecture,
        ["node.kubernetes.io/instance-type"] = options.Labels.GetValueOrDefault("node.kubernetes.io/instance-type", "litekube"),
    };

    public ApiNode New(NodeStatus status) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = options.NodeName,
            Labels = Labels,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true" },
        },
        Spec = new NodeSpec { Taints = options.Taints, PodCIDR = options.PodCidr, PodCIDRs = options.PodCidr is { } cidr ? [cidr] : [] },
        Status = status,
    };

    /// <param name="present">The status in the API; entries of others, such as extended resources, stay.</param>
    public NodeStatus Status(NodeStatus present, NodeResources resources, IReadOnlyList<string> hostIPs, RuntimeInfo? runtime, IReadOnlyList<string> problems, NodePressure pressure, IReadOnlyList<ImageStatus> images, DateTimeOffset now) => present with
    {
        Capacity = Over(present.Capacity, resources.Capacity),
        // Of what others say the node has, pods may have all.
        Allocatable = Over(present.Capacity, resources.Allocatable),
        Addresses = [.. hostIPs.Select(ip => new NodeAddress { Type = "InternalIP", Address = ip }), new NodeAddress { Type = "Hostname", Address = options.NodeName }],
        NodeInfo = MachineInfo.SystemInfo(runtime),
        DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = options.ServerPort } },
        Images = [.. images.OrderByDescending(i => i.SizeBytes).Take(MaxImages).Select(i => new ContainerImage { Names = [.. i.Digests, .. i.Tags], SizeBytes = i.SizeBytes })],
        Conditions = NodeConditions.Build(present.Conditions, problems, pressure, now),
        RuntimeHandlers = present.RuntimeHandlers,
        Features = new NodeFeatures { SupplementalGroupsPolicy = false },
    };

    private static Dictionary<string, Quantity> Over(IReadOnlyDictionary<string, Quantity> present, IReadOnlyDictionary<string, Quantity> own)
    {
        var result = new Dictionary<string, Quantity>(present, StringComparer.Ordinal);
        foreach (var (resource, amount) in own)
            result[resource] = amount;
        return result;
    }
}
