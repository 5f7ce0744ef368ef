namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>A stream whose first bytes were looked at already: they come first, then the rest. Counts what was taken of it.</summary>
internal sealed class HeadedStream : Stream
{
    private readonly Stream _rest;
    private readonly byte[] _head;
    private int _given;
    private long _position;

    private HeadedStream(Stream rest, byte[] head) => (_rest, _head) = (rest, head);

    /// <summary>What it begins with; shorter than asked for where the stream is.</summary>
    public ReadOnlySpan<byte> Head => _head;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => Volatile.Read(ref _position); set => throw new NotSupportedException(); }

    /// <summary>The stream is disposed with it.</summary>
    public static HeadedStream Open(Stream stream, int bytes)
    {
        var head = new byte[bytes];
        var length = stream.ReadAtLeast(head, bytes, throwOnEndOfStream: false);
        return new HeadedStream(stream, head[..length]);
    }

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _head.Length - _given);
        if (count > 0)
        {
            _head.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
        }
        else
        {
            count = _rest.Read(buffer);
        }

        Volatile.Write(ref _position, _position + count);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _rest.Dispose();
        base.Dispose(disposing);
    }
}
