using System.Net.Sockets;

namespace LiteKube.Node.Server.PortForward;

/// <summary>Connects to a port on a pod's own loopback, where also servers answer that listen there alone.</summary>
internal interface IPodDialer
{
    /// <param name="networkNamespace">Path of the pod's network namespace; null for a pod on the host's network.</param>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    /// <exception cref="IOException">The namespace cannot be entered.</exception>
    Task<Socket> ConnectAsync(string? networkNamespace, int port, CancellationToken cancellationToken);
}
