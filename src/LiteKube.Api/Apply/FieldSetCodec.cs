using System.Buffers;
using System.Text.Json;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Apply;

/// <summary>
/// Field sets as FieldsV1: an object whose members are path elements, <c>"."</c> where a place that has others below it is itself in the set.
/// (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/#FieldsV1)
/// </summary>
public static class FieldSetCodec
{
    /// <exception cref="FormatException">Not FieldsV1.</exception>
    public static FieldSet Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
            reader.Read();
            return Read(ref reader, root: true);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"not FieldsV1: {e.Message}");
        }
    }

    internal static byte[] Write(FieldSet set)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(writer, set, root: true);
        return buffer.WrittenSpan.ToArray();
    }

    private static FieldSet Read(ref Utf8JsonReader reader, bool root)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new FormatException("not FieldsV1: a path element is not an object");
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
            return root ? FieldSet.Empty : FieldSet.Leaf;
        var node = new FieldSetBuilder();
        for (; reader.TokenType == JsonTokenType.PropertyName; reader.Read())
        {
            if (reader.ValueTextEquals("."u8))
            {
                node.Self = !root;
                reader.Read();
                reader.Skip();
                continue;
            }

            var name = reader.GetString()!;
            reader.Read();
            if (PathElement.IsElement(name))
                node.Add(name, Read(ref reader, root: false));
            else
                reader.Skip();
        }

        return node.Build();
    }

    private static void Write(Utf8JsonWriter writer, FieldSet set, bool root)
    {
        writer.WriteStartObject();
        if (set.Self && set.Count > 0 && !root)
        {
            writer.WriteStartObject("."u8);
            writer.WriteEndObject();
        }

        for (var i = 0; i < set.Count; i++)
        {
            var (name, below) = set.At(i);
            writer.WritePropertyName(name);
            Write(writer, below, root: false);
        }

        writer.WriteEndObject();
    }
}
