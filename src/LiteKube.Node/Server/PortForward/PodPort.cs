using System.Globalization;
using System.Net.Sockets;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Server.PortForward;

/// <summary>Where the forwarded connections of one client go: a pod's loopback.</summary>
internal sealed record PodPort(Pod Pod, string? NetworkNamespace, IPodDialer Dialer)
{
    /// <summary>A connection, or why there is none, as the user is to read it.</summary>
    public async Task<(Socket? Socket, string? Error)> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            return (await Dialer.ConnectAsync(NetworkNamespace, port, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            var reason = e is SocketException ? $"dial tcp 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}: connect: {e.Message.ToLowerInvariant()}" : e.Message;
            return (null, string.Create(CultureInfo.InvariantCulture, $"error forwarding port {port} to pod {Pod.Metadata.Name}, uid {Pod.Metadata.Uid}: {reason}"));
        }
    }
}
