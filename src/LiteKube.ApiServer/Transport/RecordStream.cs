using System.Buffers;
using System.Net.Sockets;

namespace LiteKube.ApiServer.Transport;

/// <summary>
/// The socket as SslStream sees it. SslStream writes every record by itself; between <see cref="Gather"/> and <see cref="SendAsync"/> they gather here
/// and leave in as few calls as they fit into, because a call to the kernel costs more than the encryption of a record.
/// </summary>
internal sealed class RecordStream(Socket socket) : Stream
{
    /// <summary>Seven full records. As much as the kernel takes at once, and well within the processor's cache.</summary>
    private const int Capacity = 128 * 1024;

    private byte[]? _gathered;
    private int _count;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Gather() => _gathered ??= ArrayPool<byte>.Shared.Rent(Capacity);

    /// <summary>Sends what has gathered, and gathers no more.</summary>
    public async ValueTask SendAsync()
    {
        try
        {
            await SendGatheredAsync(CancellationToken.None);
        }
        finally
        {
            if (_gathered is { } buffer)
                ArrayPool<byte>.Shared.Return(buffer);
            (_gathered, _count) = (null, 0);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_gathered is null || buffer.Length > _gathered.Length - _count)
            return WriteThroughAsync(buffer, cancellationToken);
        buffer.Span.CopyTo(_gathered.AsSpan(_count));
        _count += buffer.Length;
        return ValueTask.CompletedTask;
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await SendGatheredAsync(cancellationToken);
        if (_gathered is not null && buffer.Length <= _gathered.Length)
        {
            buffer.CopyTo(_gathered);
            _count = buffer.Length;
            return;
        }

        while (!buffer.IsEmpty)
            buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None, cancellationToken)..];
    }

    private async ValueTask SendGatheredAsync(CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < _count;)
            sent += await socket.SendAsync(_gathered.AsMemory(sent, _count - sent), SocketFlags.None, cancellationToken);
        _count = 0;
    }
}
