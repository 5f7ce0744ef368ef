using System.Text.Json.Nodes;

namespace LiteKube.Cel;

/// <summary>A document's array.</summary>
internal sealed class JsonList(JsonArray node, CelType type) : ListValue
{
    public JsonArray Node => node;

    public override int Count => node.Count;

    public override CelValue this[int index] => JsonValues.Of(node[index], type.Parameters[0]);

    internal override CelListType ListType => type.ListType;

    internal override IReadOnlyList<string> ListKeys => type.ListKeys;
}

/// <summary>A document's object without a schema, or with one that is a map.</summary>
internal sealed class JsonMap(JsonObject node, CelType valueType) : MapValue
{
    public JsonObject Node => node;

    public override int Count => node.Count;

    public override IEnumerable<CelValue> Keys => node.Select(m => new StringValue(m.Key));

    public override CelValue? Find(CelValue key) => key is StringValue text ? Find(text.Value) : null;

    public override CelValue? Find(string key) => node.TryGetPropertyValue(key, out var value) ? JsonValues.Of(value, valueType) : null;
}

/// <summary>A document's object with a schema: its fields are those of the schema, under escaped names.</summary>
internal sealed class JsonObjectValue(JsonObject node, CelType type) : MapValue
{
    public JsonObject Node => node;

    public override CelKind Kind => CelKind.Object;

    public override CelType Type => type;

    public override int Count => node.Count;

    // Members without a field are kept in keys, so that equality sees them.
    public override IEnumerable<CelValue> Keys => node.Select(m => new StringValue(FieldNames.Escape(m.Key) ?? m.Key));

    public override CelValue? Find(CelValue key) => key is StringValue text ? Find(text.Value) : null;

    public override CelValue? Find(string key)
    {
        if (type.Object!.Field(key) is { } field)
            return node.TryGetPropertyValue(field.JsonName, out var value) ? JsonValues.Of(value, field.Type) : null;
        return node.FirstOrDefault(m => (FieldNames.Escape(m.Key) ?? m.Key) == key) is { Key: not null } member ? JsonValues.Of(member.Value, CelType.Dyn) : null;
    }

    internal override CelValue? JsonMember(string name)
    {
        if (!node.TryGetPropertyValue(name, out var value))
            return null;
        return JsonValues.Of(value, FieldNames.Escape(name) is { } escaped && type.Object!.Field(escaped) is { } field ? field.Type : CelType.Dyn);
    }
}
