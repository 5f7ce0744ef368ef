using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using LiteKube.Node.Server.Streams;

namespace LiteKube.Node.Server.PortForward;

/// <summary>
/// Port forwarding over WebSocket channels: one connection for each port asked for, on channel 2n its data and on 2n+1 its error. Each channel begins
/// with the port, two bytes little-endian.
/// </summary>
internal sealed class WebSocketPortForward(WebSocket socket, bool base64, IReadOnlyList<int> ports, PodPort pod, NodeServerOptions options, TimeProvider time)
{
    /// <summary>Channel numbers are one byte, or one digit in base64 messages.</summary>
    public const int MostPorts = 127;

    public const int MostPortsInBase64 = 5;

    private const int PortBuffer = 128 * 1024;

    public static readonly IReadOnlyList<(string Name, bool Base64)> Protocols = [("v4.channel.k8s.io", false), ("v4.base64.channel.k8s.io", true)];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var channels = new ChannelSocket(socket, base64);
        using var idle = new IdleWatch(time, options.StreamIdleTimeout);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        var streams = ports.Select((_, i) => new PortStream(channels, 2 * i)).ToArray();
        var receiving = ReceiveAsync(channels, streams, ended);
        try
        {
            var forwards = streams.Select((stream, i) => ForwardAsync(channels, stream, ports[i], idle, ended.Token)).ToArray();
            await Task.WhenAll(forwards).ConfigureAwait(false);
            await channels.CloseAsync(receiving).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
        }
    }

    private static async Task ReceiveAsync(ChannelSocket channels, PortStream[] streams, CancellationTokenSource ended)
    {
        await channels.ReceiveAsync(
            (channel, piece, token) => channel % 2 == 0 && channel / 2 < streams.Length ? streams[channel / 2].ReceiveAsync(piece, token) : ValueTask.CompletedTask,
            ended.Token).ConfigureAwait(false);
        foreach (var stream in streams)
            stream.ReceiveEnd();
    }

    private async Task ForwardAsync(ChannelSocket channels, PortStream stream, int port, IdleWatch idle, CancellationToken cancellationToken)
    {
        try
        {
            var prefix = new byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(prefix, (ushort)port);
            await channels.SendAsync(stream.Channel, prefix, cancellationToken).ConfigureAwait(false);
            await channels.SendAsync(stream.Channel + 1, prefix, cancellationToken).ConfigureAwait(false);
            var (connection, reason) = await pod.ConnectAsync(port, cancellationToken).ConfigureAwait(false);
            if (connection is null)
            {
                stream.StopReading();
                await channels.SendAsync(stream.Channel + 1, Encoding.UTF8.GetBytes(reason!), cancellationToken).ConfigureAwait(false);
                return;
            }

            using (connection)
                await ForwardedConnection.RunAsync(stream, connection, idle, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went.
        }
    }

    private sealed class PortStream(ChannelSocket channels, int channel) : IPortStream
    {
        private readonly Pipe _received = new(new PipeOptions(pauseWriterThreshold: PortBuffer, resumeWriterThreshold: PortBuffer / 2, useSynchronizationContext: false));

        public int Channel => channel;

        public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
            await _received.Writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);

        public void ReceiveEnd() => _received.Writer.Complete();

        public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _received.Reader.ReadIntoAsync(buffer, cancellationToken);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => channels.SendAsync(channel, bytes, cancellationToken);

        /// <summary>Channels have no end of their own; the WebSocket closes when all connections have ended.</summary>
        public ValueTask CloseSendAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void StopReading() => _received.Reader.Complete();
    }
}
