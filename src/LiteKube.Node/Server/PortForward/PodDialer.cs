using System.Net;
using System.Net.Sockets;

namespace LiteKube.Node.Server.PortForward;

/// <summary>A socket belongs to the network namespace that it was made in, so only its making has to happen inside the pod's.</summary>
internal sealed class PodDialer : IPodDialer
{
    public async Task<Socket> ConnectAsync(string? networkNamespace, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(networkNamespace, IPAddress.Loopback, port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException refused)
        {
            try
            {
                return await ConnectAsync(networkNamespace, IPAddress.IPv6Loopback, port, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // What counts for the user is the address that everyone listens on.
                throw refused;
            }
        }
    }

    private static async Task<Socket> ConnectAsync(string? networkNamespace, IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = networkNamespace is null
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : await NamespaceSocket.CreateTcpAsync(networkNamespace, address.AddressFamily).ConfigureAwait(false);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            socket.NoDelay = true;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
