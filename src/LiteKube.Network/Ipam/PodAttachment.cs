using System.Net;
using LiteKube.Network.Cni;

namespace LiteKube.Network.Ipam;

/// <summary>An address given to a sandbox. HostPorts keep order and are never changed.</summary>
internal sealed record PodAttachment(string SandboxId, string Namespace, string Name, IPAddress Address, IReadOnlyList<PodHostPort> HostPorts);
