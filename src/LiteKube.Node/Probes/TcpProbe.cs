using System.Net.Sockets;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Probes;

/// <summary>tcpSocket probes: a connection that opens is good.</summary>
internal static class TcpProbe
{
    public static async ValueTask<ProbeOutcome> RunAsync(TCPSocketAction action, ProbeTarget target, CancellationToken cancellationToken)
    {
        var host = string.IsNullOrEmpty(action.Host) ? target.Address : action.Host;
        try
        {
            var port = target.PortOf(action.Port);
            var endpoint = $"{(host.Contains(':') ? $"[{host}]" : host)}:{port}";
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
                return ProbeOutcome.Success();
            }
            catch (OperationCanceledException)
            {
                return ProbeOutcome.Failure($"dial tcp {endpoint}: i/o timeout");
            }
            catch (SocketException e)
            {
                return ProbeOutcome.Failure(SocketFailure.Describe(e, endpoint));
            }
        }
        catch (FormatException e)
        {
            return ProbeOutcome.Error(e.Message);
        }
    }
}
