using System.Net.Sockets;
using LiteKube.Node.Server.Streams;

namespace LiteKube.Node.Server.PortForward;

/// <summary>Copies between a client's stream and a socket in the pod, each direction closed on its own.</summary>
internal static class ForwardedConnection
{
    private const int CopyBuffer = 32 * 1024;

    public static async Task RunAsync(IPortStream client, Socket pod, IdleWatch idle, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var toPod = CopyToPodAsync(client, pod, idle, broken);
        var toClient = CopyToClientAsync(client, pod, idle, broken);
        await Task.WhenAll(toPod, toClient).ConfigureAwait(false);
        client.StopReading();
    }

    private static async Task CopyToPodAsync(IPortStream client, Socket pod, IdleWatch idle, CancellationTokenSource broken)
    {
        try
        {
            var buffer = new byte[CopyBuffer];
            int read;
            while ((read = await client.ReadAsync(buffer, broken.Token).ConfigureAwait(false)) > 0)
            {
                idle.Touch();
                for (var left = buffer.AsMemory(0, read); left.Length > 0;)
                    left = left[await pod.SendAsync(left, broken.Token).ConfigureAwait(false)..];
            }

            pod.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            await broken.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task CopyToClientAsync(IPortStream client, Socket pod, IdleWatch idle, CancellationTokenSource broken)
    {
        try
        {
            var buffer = new byte[CopyBuffer];
            int read;
            while ((read = await pod.ReceiveAsync(buffer.AsMemory(), broken.Token).ConfigureAwait(false)) > 0)
            {
                idle.Touch();
                await client.WriteAsync(buffer.AsMemory(0, read), broken.Token).ConfigureAwait(false);
            }

            await client.CloseSendAsync(broken.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            await broken.CancelAsync().ConfigureAwait(false);
        }
    }
}
