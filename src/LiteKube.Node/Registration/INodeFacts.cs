using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Registration;

/// <summary>What pods are told of, and measured by, of their node.</summary>
internal interface INodeFacts
{
    NodeResources Resources { get; }

    /// <summary>The node's own addresses, the first the one that others use.</summary>
    IReadOnlyList<string> HostIPs { get; }

    /// <summary>As the API last told; null before the first time.</summary>
    ApiNode? Node { get; }
}
