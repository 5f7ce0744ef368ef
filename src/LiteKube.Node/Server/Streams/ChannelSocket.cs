using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;

namespace LiteKube.Node.Server.Streams;

/// <summary>
/// Several byte streams on one WebSocket, as Kubernetes does it: the first byte of each message names the channel. In the base64 variants messages
/// are text, the channel a digit, the rest base64.
/// </summary>
internal sealed class ChannelSocket(WebSocket socket, bool base64) : IAsyncDisposable
{
    /// <summary>Messages that are not streamed must fit: base64 ones, of which the longest in use carry 32 KiB.</summary>
    private const int LongestText = 1 << 20;

    private const int LongestPiece = 32 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _sending = new(1, 1);

    /// <summary>A piece of a message on a channel; valid during the call.</summary>
    public delegate ValueTask Receiver(int channel, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken);

    /// <summary>Reads until the client closes or breaks off, then returns.</summary>
    public async Task ReceiveAsync(Receiver receive, CancellationToken cancellationToken)
    {
        try
        {
            if (base64)
                await ReceiveTextAsync(receive, cancellationToken).ConfigureAwait(false);
            else
                await ReceiveBinaryAsync(receive, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // Broken off without a close: the same to us.
        }
    }

    public async ValueTask SendAsync(int channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        do
        {
            var piece = bytes[..Math.Min(bytes.Length, LongestPiece)];
            bytes = bytes[piece.Length..];
            await SendPieceAsync(channel, piece, cancellationToken).ConfigureAwait(false);
        }
        while (bytes.Length > 0);
    }

    /// <summary>Says that no more will come, and waits a while for the client to close too, so that it reads everything before the connection goes.</summary>
    public async ValueTask CloseAsync(Task receiving)
    {
        try
        {
            using var limit = new CancellationTokenSource(CloseTimeout);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
            await receiving.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The client went first.
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ReceiveBinaryAsync(Receiver receive, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestPiece];
        var channel = -1;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            var piece = buffer.AsMemory(0, received.Count);
            if (channel < 0 && piece.Length > 0)
            {
                channel = piece.Span[0];
                piece = piece[1..];
            }

            if (channel >= 0)
                await receive(channel, piece, cancellationToken).ConfigureAwait(false);
            if (received.EndOfMessage)
                channel = -1;
        }
    }

    private async Task ReceiveTextAsync(Receiver receive, CancellationToken cancellationToken)
    {
        var message = new ArrayBufferWriter<byte>();
        while (true)
        {
            var received = await socket.ReceiveAsync(message.GetMemory(LongestPiece), cancellationToken).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            message.Advance(received.Count);
            if (message.WrittenCount > LongestText)
                throw new IOException("a base64 message beyond 1 MiB");
            if (!received.EndOfMessage)
                continue;
            if (message.WrittenCount > 0)
            {
                var channel = message.WrittenSpan[0] - '0';
                var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(message.WrittenCount - 1)];
                if (Base64.DecodeFromUtf8(message.WrittenSpan[1..], bytes, out _, out var written) != OperationStatus.Done)
                    throw new IOException("a message that is not base64");
                await receive(channel, bytes.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
            }

            message.ResetWrittenCount();
        }
    }

    private async ValueTask SendPieceAsync(int channel, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(base64 ? 1 + Base64.GetMaxEncodedToUtf8Length(piece.Length) : 1 + piece.Length);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var length = 1 + piece.Length;
            if (base64)
            {
                buffer[0] = Encoding.ASCII.GetBytes(channel.ToString(System.Globalization.CultureInfo.InvariantCulture))[0];
                Base64.EncodeToUtf8(piece.Span, buffer.AsSpan(1), out _, out var written);
                length = 1 + written;
            }
            else
            {
                buffer[0] = (byte)channel;
                piece.CopyTo(buffer.AsMemory(1));
            }

            await socket.SendAsync(buffer.AsMemory(0, length), base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            _sending.Release();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
