using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Client;

/// <summary>Reads a watch stream: one <c>{"type":…,"object":…}</c> a line.</summary>
internal static class WatchDecoder
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    public static async IAsyncEnumerable<WatchEvent> DecodeAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = buffer.Slice(0, end);
                    if (!line.IsEmpty)
                        yield return Decode(line.ToArray());
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                    yield break;
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <exception cref="ApiException">The line is an error: the watch is over.</exception>
    internal static WatchEvent Decode(ReadOnlyMemory<byte> line)
    {
        var type = "";
        ReadOnlyMemory<byte> body = default;
        var reader = new Utf8JsonReader(line.Span);
        JsonIn.StartObject(ref reader);
        while (JsonIn.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = line[start..(int)reader.BytesConsumed];
            }
            else
            {
                JsonIn.SkipValue(ref reader);
            }
        }

        return type switch
        {
            "ADDED" => new WatchEvent(WatchEventType.Added, new KubeObject(body)),
            "MODIFIED" => new WatchEvent(WatchEventType.Modified, new KubeObject(body)),
            "DELETED" => new WatchEvent(WatchEventType.Deleted, new KubeObject(body)),
            "BOOKMARK" => new WatchEvent(EndsInitialEvents(body.Span) ? WatchEventType.InitialEventsEnd : WatchEventType.Bookmark, new KubeObject(body)),
            "ERROR" => throw ApiException.Of(JsonText.Parse<Status>(body.Span)),
            _ => throw new InvalidDataException($"the server sent a watch event of type \"{type}\""),
        };
    }

    private static bool EndsInitialEvents(ReadOnlySpan<byte> bookmark) =>
        JsonText.Parse<BookmarkObject>(bookmark).Metadata.Annotations.TryGetValue(InitialEventsEnd, out var value) && value == "true";

    /// <summary>Any kind's metadata.</summary>
    private sealed record BookmarkObject(ObjectMeta Metadata) : IJsonType<BookmarkObject>
    {
        public static BookmarkObject Read(ref Utf8JsonReader reader)
        {
            var metadata = new ObjectMeta();
            JsonIn.StartObject(ref reader);
            while (JsonIn.NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("metadata"u8))
                {
                    reader.Read();
                    metadata = ObjectMeta.Read(ref reader);
                }
                else
                {
                    JsonIn.SkipValue(ref reader);
                }
            }

            return new BookmarkObject(metadata);
        }

        public void Write(Utf8JsonWriter writer) => throw new NotSupportedException("bookmarks are only read");
    }
}
