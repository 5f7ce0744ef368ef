using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace LiteKube.Node.Server.Spdy;

/// <summary>
/// Decompresses header blocks. All blocks of a session are one zlib stream with the preset dictionary, so every block must be read, in order. .NET's
/// inflater takes no dictionary; it is given one as a stored block before the peer's first bytes, which fills the window alike.
/// </summary>
internal sealed class SpdyHeaderReader : IDisposable
{
    private const int MaxBlock = 64 * 1024;
    private const int MaxHeaders = 256;
    private const int ZlibHeader = 6;

    private readonly FedStream _compressed = new();
    private readonly DeflateStream _inflater;
    private bool _started;

    public SpdyHeaderReader() => _inflater = new DeflateStream(_compressed, CompressionMode.Decompress);

    /// <summary>Names in lower case. Of several values, which SPDY separates by NUL, the first counts.</summary>
    public IReadOnlyDictionary<string, string> Read(ReadOnlyMemory<byte> block)
    {
        try
        {
            _compressed.Feed(_started ? block : Start(block));
            var budget = MaxBlock;
            var count = ReadNumber(ref budget);
            if (count > MaxHeaders)
                throw new SpdyProtocolException($"{count} headers on a stream");
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < count; i++)
            {
                var name = ReadText(ref budget);
                headers[name] = ReadText(ref budget).Split('\0')[0];
            }

            return headers;
        }
        catch (InvalidDataException e)
        {
            throw new SpdyProtocolException("a header block that does not decompress", e);
        }
    }

    public void Dispose()
    {
        _inflater.Dispose();
        _compressed.Dispose();
    }

    /// <summary>Checks zlib's header and the dictionary's id, and puts the dictionary in place of them.</summary>
    private ReadOnlyMemory<byte> Start(ReadOnlyMemory<byte> block)
    {
        var span = block.Span;
        if (span.Length < ZlibHeader || (span[0] & 0x0F) != 8 || (span[1] & 0x20) == 0 || BinaryPrimitives.ReadUInt32BigEndian(span[2..]) != SpdyDictionary.Adler32)
            throw new SpdyProtocolException("header compression without SPDY's dictionary");
        _started = true;
        var dictionary = SpdyDictionary.Bytes;
        _compressed.Feed(DeflateStoredBlock.Of(dictionary));
        var discarded = new byte[dictionary.Length];
        _inflater.ReadExactly(discarded);
        return block[ZlibHeader..];
    }

    private uint ReadNumber(ref int budget)
    {
        Span<byte> number = stackalloc byte[4];
        ReadExactly(number, ref budget);
        return BinaryPrimitives.ReadUInt32BigEndian(number);
    }

    private string ReadText(ref int budget)
    {
        var length = ReadNumber(ref budget);
        if (length > budget)
            throw new SpdyProtocolException("headers beyond 64 KiB");
        var text = new byte[length];
        ReadExactly(text, ref budget);
        return Encoding.UTF8.GetString(text);
    }

    private void ReadExactly(Span<byte> target, ref int budget)
    {
        budget -= target.Length;
        if (budget < 0)
            throw new SpdyProtocolException("headers beyond 64 KiB");
        if (_inflater.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
            throw new SpdyProtocolException("a header block that ends too early");
    }

    /// <summary>Gives the inflater what it was fed, and then "nothing yet", which it takes for an end but goes on from.</summary>
    private sealed class FedStream : Stream
    {
        private ReadOnlyMemory<byte> _left;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Feed(ReadOnlyMemory<byte> bytes) => _left = _left.IsEmpty ? bytes : (byte[])[.. _left.Span, .. bytes.Span];

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _left.Length);
            _left.Span[..count].CopyTo(buffer);
            _left = _left[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
