using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Codecs;

/// <summary>Whole values to and from JSON text.</summary>
public static class JsonText
{
    /// <summary>Escapes only what JSON requires, as Kubernetes does for everything but HTML's characters.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    public static byte[] Bytes<T>(T value) where T : class, IJsonType<T>
    {
        // WriteIfAny nests, so the buffer is taken while in use.
        var buffer = t_buffer ?? new ArrayBufferWriter<byte>(1024);
        t_buffer = null;
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            value.Write(writer);
        var result = buffer.WrittenSpan.ToArray();
        Keep(buffer);
        return result;
    }

    internal static byte[] Bytes(JsonNode node)
    {
        var buffer = t_buffer ?? new ArrayBufferWriter<byte>(1024);
        t_buffer = null;
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
            node.WriteTo(writer);
        var result = buffer.WrittenSpan.ToArray();
        Keep(buffer);
        return result;
    }

    // A buffer that one huge object made huge is not kept for good.
    private static void Keep(ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        t_buffer = buffer.Capacity <= 1 << 20 ? buffer : null;
    }

    public static T Parse<T>(ReadOnlySpan<byte> json) where T : class, IJsonType<T>
    {
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        reader.Read();
        return T.Read(ref reader);
    }

    public static T Parse<T>(string json) where T : class, IJsonType<T> => Parse<T>(Encoding.UTF8.GetBytes(json));

    public static string Of<T>(T value) where T : class, IJsonType<T> => Encoding.UTF8.GetString(Bytes(value));

    /// <summary>Equality by content: what Kubernetes calls semantic equality.</summary>
    public static bool Same<T>(T? left, T? right) where T : class, IJsonType<T> =>
        ReferenceEquals(left, right) || (left is not null && right is not null && Bytes(left).AsSpan().SequenceEqual(Bytes(right)));

    public static int HashOf<T>(T value) where T : class, IJsonType<T>
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes(value));
        return hash.ToHashCode();
    }
}
