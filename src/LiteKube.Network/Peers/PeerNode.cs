using System.Net;

namespace LiteKube.Network.Peers;

/// <summary>Another node of the cluster.</summary>
internal sealed record PeerNode(string Name, IPAddress Address, IPNetwork PodCidr);
