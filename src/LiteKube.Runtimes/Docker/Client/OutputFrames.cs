using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>
/// The engine's framing of stdout and stderr on one connection: one byte stream, three zeros, four bytes length (big-endian), then the bytes.
/// Containers with a terminal have one stream only, unframed.
/// </summary>
internal static class OutputFrames
{
    private const int HeaderSize = 8;
    private const int SystemErrorStream = 3;

    /// <summary>Bytes as they come, so that a large frame is passed on in pieces. A piece is valid until the next is asked for.</summary>
    public static async IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadAsync(Stream source, bool raw, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        if (raw)
        {
            for (int read; (read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                yield return (OutputStream.Stdout, buffer.AsMemory(0, read));
            yield break;
        }

        var start = 0;
        var end = 0;
        while (true)
        {
            while (end - start < HeaderSize)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
                var read = await source.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    yield break;
                end += read;
            }

            var (stream, left) = ParseHeader(buffer.AsSpan(start, HeaderSize));
            start += HeaderSize;
            if (stream == SystemErrorStream)
                throw new RuntimeException(RuntimeError.Failed, Encoding.UTF8.GetString(buffer, start, Math.Min(left, end - start)));
            while (left > 0)
            {
                if (start == end)
                {
                    start = 0;
                    end = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                    if (end == 0)
                        yield break;
                }

                var count = Math.Min(left, end - start);
                yield return (StreamOf(stream), buffer.AsMemory(start, count));
                start += count;
                left -= count;
            }
        }
    }

    /// <summary>Whole frames: each is one message of the log. Null at the end. A message is valid until the next is read.</summary>
    public static async ValueTask<(OutputStream Stream, ReadOnlyMemory<byte> Data)?> ReadFrameAsync(Stream source, FrameBuffer buffer, CancellationToken cancellationToken)
    {
        if (await source.ReadAtLeastAsync(buffer.Header, HeaderSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < HeaderSize)
            return null;
        var (stream, length) = ParseHeader(buffer.Header);
        var data = buffer.Take(length);
        if (await source.ReadAtLeastAsync(data, length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < length)
            return null;
        if (stream == SystemErrorStream)
            throw new RuntimeException(RuntimeError.Failed, Encoding.UTF8.GetString(data.Span));
        return (StreamOf(stream), data);
    }

    private static OutputStream StreamOf(int stream) => stream == 2 ? OutputStream.Stderr : OutputStream.Stdout;

    private static (int Stream, int Length) ParseHeader(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        if (header[0] > SystemErrorStream || header[1] != 0 || header[2] != 0 || header[3] != 0 || length > int.MaxValue)
            throw new RuntimeException(RuntimeError.Failed, "the engine's output is not framed as expected");
        return (header[0], (int)length);
    }

    internal sealed class FrameBuffer
    {
        private const int MaxFrame = 64 << 20;

        private byte[] _data = new byte[20 * 1024];

        public byte[] Header { get; } = new byte[HeaderSize];

        public Memory<byte> Take(int length)
        {
            if (length > MaxFrame)
                throw new RuntimeException(RuntimeError.Failed, $"the engine sent a log message of {length} bytes");
            if (length > _data.Length)
                _data = new byte[length];
            return _data.AsMemory(0, length);
        }
    }
}
