using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Storage;

/// <summary>
/// The stored form of an object: its JSON with kind, apiVersion and metadata first and without a resourceVersion, which the store knows.
/// Because the head is in that order and kind and apiVersion hold no quotes, the first <c>"metadata":{</c> in the text is the object's own.
/// </summary>
internal static class ObjectJson
{
    private static readonly HashSet<string> s_notStored = new(StringComparer.Ordinal) { "resourceVersion", "selfLink" };

    private static ReadOnlySpan<byte> Metadata => "\"metadata\":{"u8;

    public static byte[] Encode(JsonObject tree, string? resourceVersion = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, tree.String("kind"));
            writer.WriteString("apiVersion"u8, tree.String("apiVersion"));
            writer.WriteStartObject("metadata"u8);
            if (resourceVersion is not null)
                writer.WriteString("resourceVersion"u8, resourceVersion);
            foreach (var (name, value) in tree.Object("metadata") ?? [])
            {
                if (value is not null && !s_notStored.Contains(name))
                    WriteMember(writer, name, value);
            }

            writer.WriteEndObject();
            foreach (var (name, value) in tree)
            {
                if (value is not null && name is not ("kind" or "apiVersion" or "metadata"))
                    WriteMember(writer, name, value);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The served form: the stored one with its revision put in.</summary>
    public static byte[] WithRevision(ReadOnlySpan<byte> stored, long revision)
    {
        Span<byte> member = stackalloc byte[48];
        "\"resourceVersion\":\""u8.CopyTo(member);
        Utf8Formatter.TryFormat(revision, member[19..], out var digits);
        var length = 19 + digits;
        "\","u8.CopyTo(member[length..]);
        length += 2;
        var at = stored.IndexOf(Metadata) + Metadata.Length;
        var result = GC.AllocateUninitializedArray<byte>(stored.Length + length);
        stored[..at].CopyTo(result);
        member[..length].CopyTo(result.AsSpan(at));
        stored[at..].CopyTo(result.AsSpan(at + length));
        return result;
    }

    private static void WriteMember(Utf8JsonWriter writer, string name, JsonNode value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
