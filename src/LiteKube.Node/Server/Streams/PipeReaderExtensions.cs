using System.Buffers;
using System.IO.Pipelines;

namespace LiteKube.Node.Server.Streams;

internal static class PipeReaderExtensions
{
    /// <summary>Reads like a stream: what is there, at least a byte, at most the buffer. 0 at the end.</summary>
    public static async ValueTask<int> ReadIntoAsync(this PipeReader reader, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var count = (int)Math.Min(buffer.Length, read.Buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        taken.CopyTo(buffer.Span);
        reader.AdvanceTo(taken.End);
        return count;
    }
}
