using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>
/// A connection that the engine has taken out of HTTP: what is read and written from now on are the container's streams. The engine answers
/// <c>101 UPGRADED</c>, or <c>200</c> where it is older; both mean the same here. Sending can be shut down alone, which the container sees as end of file.
/// </summary>
internal sealed class HijackedConnection : Stream
{
    private const int MaxHead = 16 * 1024;

    private readonly Socket _socket;
    private ReadOnlyMemory<byte> _early;

    private HijackedConnection(Socket socket, ReadOnlyMemory<byte> early)
    {
        _socket = socket;
        _early = early;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends the request and reads the answer's head; owns the socket only if it returns.</summary>
    public static async Task<HijackedConnection> OpenAsync(Socket socket, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await SendAllAsync(socket, request, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxHead];
        var filled = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.ASCII.GetString(buffer, 0, end);
                var rest = buffer.AsMemory(end + 4, filled - end - 4);
                var status = StatusOf(head);
                if (status is HttpStatusCode.SwitchingProtocols or HttpStatusCode.OK)
                    return new HijackedConnection(socket, rest);
                var body = await ReadBodyAsync(socket, head, rest, cancellationToken).ConfigureAwait(false);
                throw new DockerApiException(status, DockerTransport.ErrorText(body, null));
            }

            if (filled == buffer.Length)
                throw new IOException("the engine's answer has a head beyond 16 KiB");
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new IOException("the engine closed the connection before it answered");
            filled += read;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_early.Length > 0)
        {
            var count = Math.Min(buffer.Length, _early.Length);
            _early[..count].CopyTo(buffer);
            _early = _early[count..];
            return count;
        }

        try
        {
            return await _socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The engine resets where it closes with our bytes unread, as a command does that ends without reading its stdin.
            return 0;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await SendAllAsync(_socket, buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>End of file to the container's stdin. The other direction goes on.</summary>
    public void ShutdownSend()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.NotConnected or SocketError.ConnectionReset)
        {
            // The command has ended already, and its stdin with it.
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _socket.Dispose();
        base.Dispose(disposing);
    }

    private static HttpStatusCode StatusOf(string head)
    {
        var parts = head.Split(' ', 3);
        if (parts.Length < 2 || !parts[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new IOException("the engine's answer is not HTTP");
        return (HttpStatusCode)status;
    }

    private static async Task<byte[]> ReadBodyAsync(Socket socket, string head, ReadOnlyMemory<byte> start, CancellationToken cancellationToken)
    {
        var length = head.Split("\r\n")
            .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.TryParse(line["Content-Length:".Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0)
            .FirstOrDefault();
        var body = new byte[Math.Min(length, 64 * 1024)];
        var filled = Math.Min(start.Length, body.Length);
        start[..filled].CopyTo(body);
        while (filled < body.Length)
        {
            var read = await socket.ReceiveAsync(body.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                break;
            filled += read;
        }

        return body[..filled];
    }

    private static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }
}
