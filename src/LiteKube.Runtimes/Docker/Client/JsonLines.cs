using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>Events and progress come as one JSON object a line, for as long as the connection lives.</summary>
internal static class JsonLines
{
    public static async IAsyncEnumerable<T> ReadAsync<T>(Stream source, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(source);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    if (Parse(buffer.Slice(0, end), type) is { } value)
                        yield return value;
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                if (read.IsCompleted)
                {
                    if (Parse(buffer, type) is { } last)
                        yield return last;
                    yield break;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static T? Parse<T>(ReadOnlySequence<byte> line, JsonTypeInfo<T> type)
    {
        var bytes = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        return bytes.Trim(" \r\t"u8).IsEmpty ? default : JsonSerializer.Deserialize(bytes, type);
    }
}
