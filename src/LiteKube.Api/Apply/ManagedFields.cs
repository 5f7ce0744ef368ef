using System.Buffers;
using System.Text.Json;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Apply;

/// <summary>metadata.managedFields: who owns which fields of an object. Immutable.</summary>
public sealed class ManagedFields
{
    private const string Apply = "Apply";
    private const string Update = "Update";
    private const string FieldsV1 = "FieldsV1";

    private readonly FieldOwner[] _owners;

    public ManagedFields(IEnumerable<FieldOwner> owners) => _owners = [.. owners.Where(o => !o.Fields.IsEmpty)];

    public static ManagedFields None { get; } = new([]);

    public IReadOnlyList<FieldOwner> Owners => _owners;

    public bool IsEmpty => _owners.Length == 0;

    /// <summary>Null: not a list of managed fields entries.</summary>
    public static ManagedFields? Parse(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return None;
        try
        {
            var reader = new Utf8JsonReader(json, JsonTree.ReaderOptions);
            var owners = new List<FieldOwner>();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (Entry(ref reader, json) is not { } owner)
                    return null;
                owners.RemoveAll(owner.IsSameAs);
                owners.Add(owner);
            }

            return new ManagedFields(owners);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The list as it stands in an object; empty where nobody owns anything.</summary>
    public byte[] Encode()
    {
        if (IsEmpty)
            return [];
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var owner in _owners.Order(Comparer<FieldOwner>.Create(Order)))
                Write(writer, owner);
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static FieldOwner? Entry(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        string manager = "", operation = "", apiVersion = "", subresource = "", fieldsType = "";
        string? time = null;
        var fields = FieldSet.Empty;
        while (JsonIn.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("manager"u8)) manager = Text(ref reader);
            else if (reader.ValueTextEquals("operation"u8)) operation = Text(ref reader);
            else if (reader.ValueTextEquals("apiVersion"u8)) apiVersion = Text(ref reader);
            else if (reader.ValueTextEquals("subresource"u8)) subresource = Text(ref reader);
            else if (reader.ValueTextEquals("fieldsType"u8)) fieldsType = Text(ref reader);
            else if (reader.ValueTextEquals("time"u8)) time = Text(ref reader);
            else if (reader.ValueTextEquals("fieldsV1"u8)) fields = Fields(ref reader, json);
            else JsonIn.SkipValue(ref reader);
        }

        return operation is Apply or Update && apiVersion.Length > 0 && fieldsType == FieldsV1
            ? new FieldOwner(manager, operation == Apply, apiVersion, subresource, time, fields)
            : null;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? "" : reader.GetString()!;
    }

    private static FieldSet Fields(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return FieldSet.Empty;
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return FieldSetCache.Of(json[start..(int)reader.BytesConsumed]);
    }

    private static void Write(Utf8JsonWriter writer, FieldOwner owner)
    {
        writer.WriteStartObject();
        writer.WriteString("manager"u8, owner.Manager);
        writer.WriteString("operation"u8, owner.Applies ? Apply : Update);
        writer.WriteString("apiVersion"u8, owner.ApiVersion);
        if (!string.IsNullOrEmpty(owner.Time))
            writer.WriteString("time"u8, owner.Time);
        writer.WriteString("fieldsType"u8, FieldsV1);
        writer.WritePropertyName("fieldsV1"u8);
        writer.WriteRawValue(owner.Fields.Json.Span, skipInputValidation: true);
        if (owner.Subresource.Length > 0)
            writer.WriteString("subresource"u8, owner.Subresource);
        writer.WriteEndObject();
    }

    private static int Order(FieldOwner left, FieldOwner right)
    {
        if (left.Applies != right.Applies)
            return left.Applies ? -1 : 1;
        var order = string.CompareOrdinal(left.Time, right.Time);
        if (order == 0)
            order = string.CompareOrdinal(left.Manager, right.Manager);
        if (order == 0)
            order = string.CompareOrdinal(left.ApiVersion, right.ApiVersion);
        return order == 0 ? string.CompareOrdinal(left.Subresource, right.Subresource) : order;
    }
}
