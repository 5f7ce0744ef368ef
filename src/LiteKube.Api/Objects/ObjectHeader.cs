using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api;

/// <summary>What every part of the server asks of an object without parsing the rest: the parts of metadata that address, select and own.</summary>
public sealed class ObjectHeader
{
    public string ApiVersion { get; private set; } = "";
    public string Kind { get; private set; } = "";
    public string Namespace { get; private set; } = "";
    public string Name { get; private set; } = "";
    public string Uid { get; private set; } = "";
    public long ResourceVersion { get; private set; }
    public long Generation { get; private set; }
    public DateTimeOffset? DeletionTimestamp { get; private set; }
    public IReadOnlyDictionary<string, string> Labels { get; private set; } = ReadOnlyDictionary<string, string>.Empty;
    public IReadOnlyList<OwnerReference> OwnerReferences { get; private set; } = [];
    public IReadOnlyList<string> Finalizers { get; private set; } = [];

    /// <summary><c>namespace/name</c>, or <c>name</c> where there is no namespace: the key of informers and work queues.</summary>
    public string Key => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    public static ObjectHeader Parse(ReadOnlySpan<byte> json)
    {
        var header = new ObjectHeader();
        var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
        JsonIn.StartObject(ref reader);
        while (JsonIn.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("apiVersion"u8)) header.ApiVersion = Text(ref reader);
            else if (reader.ValueTextEquals("kind"u8)) header.Kind = Text(ref reader);
            else if (reader.ValueTextEquals("metadata"u8)) header.ReadMetadata(ref reader);
            else JsonIn.SkipValue(ref reader);
        }

        return header;
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        JsonIn.StartObject(ref reader);
        while (JsonIn.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("namespace"u8)) Namespace = Text(ref reader);
            else if (reader.ValueTextEquals("name"u8)) Name = Text(ref reader);
            else if (reader.ValueTextEquals("uid"u8)) Uid = Text(ref reader);
            else if (reader.ValueTextEquals("resourceVersion"u8)) ResourceVersion = long.TryParse(Text(ref reader), NumberStyles.None, CultureInfo.InvariantCulture, out var rv) ? rv : 0;
            else if (reader.ValueTextEquals("generation"u8)) Generation = Value(ref reader) ? JsonIn.Int64(ref reader) : 0;
            else if (reader.ValueTextEquals("deletionTimestamp"u8)) DeletionTimestamp = Value(ref reader) ? JsonIn.Time(ref reader) : null;
            else if (reader.ValueTextEquals("labels"u8)) Labels = Value(ref reader) ? JsonIn.Map(ref reader, JsonIn.String) : Labels;
            else if (reader.ValueTextEquals("ownerReferences"u8)) OwnerReferences = Value(ref reader) ? JsonIn.List(ref reader, OwnerReference.Read) : [];
            else if (reader.ValueTextEquals("finalizers"u8)) Finalizers = Value(ref reader) ? JsonIn.List(ref reader, JsonIn.String) : [];
            else JsonIn.SkipValue(ref reader);
        }
    }

    private static bool Value(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.Null;

    private static string Text(ref Utf8JsonReader reader) => Value(ref reader) ? reader.GetString()! : "";
}
