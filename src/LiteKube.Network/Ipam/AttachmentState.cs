using System.Collections.Immutable;
using System.Net;

namespace LiteKube.Network.Ipam;

/// <param name="PodCidr">The node's, as last seen; lets an agent attach pods while the API server is away.</param>
/// <param name="Last">The address given last.</param>
internal sealed record AttachmentState(IPNetwork? PodCidr, IPAddress? Last, ImmutableArray<PodAttachment> Pods)
{
    internal static AttachmentState Empty { get; } = new(null, null, []);
}
