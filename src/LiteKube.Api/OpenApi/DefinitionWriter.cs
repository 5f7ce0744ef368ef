using System.Text.Json;
using LiteKube.Api.Schema;

namespace LiteKube.Api.OpenApi;

/// <summary>Writes types as JSON schemas. The dialects differ in where references lead, and in that v3 allows nothing beside one.</summary>
internal sealed class DefinitionWriter(Utf8JsonWriter writer, OpenApiDialect dialect)
{
    private bool IsV3 => dialect == OpenApiDialect.V3;

    public void All(DefinitionSet set)
    {
        foreach (var (name, type) in set.Types)
        {
            writer.WriteStartObject(name);
            Type(type);
            writer.WriteEndObject();
        }

        Customs(set);
        foreach (var (name, item) in set.Lists)
        {
            writer.WriteStartObject(name);
            List(OpenApiNames.Of(item.Name), item.Gvk! with { Kind = item.Gvk.Kind + "List" });
            writer.WriteEndObject();
        }

        foreach (var (name, kind) in set.Scalars)
        {
            writer.WriteStartObject(name);
            Scalar(kind);
            writer.WriteEndObject();
        }
    }

    /// <summary>Custom resources and their lists, without what they share with other kinds.</summary>
    public void Customs(DefinitionSet set)
    {
        foreach (var (name, kind) in set.Customs)
        {
            writer.WritePropertyName(name);
            CustomDefinition.Of(kind.Custom!, dialect).WriteTo(writer);
            writer.WriteStartObject(OpenApiNames.ListOf(kind));
            List(name, kind.Custom!.Kind with { Kind = kind.Custom.ListKind });
            writer.WriteEndObject();
        }
    }

    public void Reference(string name) => writer.WriteString("$ref"u8, (IsV3 ? "#/components/schemas/" : "#/definitions/") + name);

    public void Gvk(GroupVersionKind gvk)
    {
        writer.WriteStartObject();
        writer.WriteString("group"u8, gvk.Group);
        writer.WriteString("kind"u8, gvk.Kind);
        writer.WriteString("version"u8, gvk.Version);
        writer.WriteEndObject();
    }

    private void Type(TypeSchema type)
    {
        Description(Descriptions.OfType(type.Name));
        writer.WriteString("type"u8, "object"u8);
        if (type.Ordered.Count > 0)
        {
            writer.WriteStartObject("properties"u8);
            foreach (var field in type.Ordered)
            {
                writer.WriteStartObject(field.Name);
                Field(type, field);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        Strings("required"u8, type.Ordered.Where(f => f.Required).Select(f => f.Name));
        if (type.Gvk is { } gvk)
            Gvks(gvk);
        if (type.Atomic)
            writer.WriteString("x-kubernetes-map-type"u8, "atomic"u8);
    }

    private void List(string item, GroupVersionKind gvk)
    {
        writer.WriteString("type"u8, "object"u8);
        writer.WriteStartObject("properties"u8);
        Property("apiVersion"u8, "string"u8, Descriptions.OfField("", "apiVersion"));
        writer.WriteStartObject("items"u8);
        Description(Descriptions.OfField("", "items"));
        writer.WriteString("type"u8, "array"u8);
        writer.WriteStartObject("items"u8);
        Reference(item);
        writer.WriteEndObject();
        writer.WriteEndObject();
        Property("kind"u8, "string"u8, Descriptions.OfField("", "kind"));
        writer.WriteStartObject("metadata"u8);
        Reference(OpenApiNames.Of("meta.v1.ListMeta"));
        writer.WriteEndObject();
        writer.WriteEndObject();
        Strings("required"u8, ["items"]);
        Gvks(gvk);
    }

    private void Description(string? text)
    {
        if (text is not null)
            writer.WriteString("description"u8, text);
    }

    private void Property(ReadOnlySpan<byte> name, ReadOnlySpan<byte> type, string? description)
    {
        writer.WriteStartObject(name);
        Description(description);
        writer.WriteString("type"u8, type);
        writer.WriteEndObject();
    }

    private void Gvks(GroupVersionKind gvk)
    {
        writer.WriteStartArray("x-kubernetes-group-version-kind"u8);
        Gvk(gvk);
        writer.WriteEndArray();
    }

    private void Field(TypeSchema owner, FieldSchema field)
    {
        var description = Descriptions.OfField(owner.Name, field.Name);
        Description(description);
        var extended = description is not null || field.PatchStrategies.Count > 0 || field.Atomic || field.Set || field.MapKeys.Count > 0 || field.Default is not null;
        Value(field.Type, extended);
        if (field.Default is System.Text.Json.Nodes.JsonValue scalar && field.Type.Kind < FieldKind.Time)
        {
            writer.WritePropertyName("default"u8);
            scalar.WriteTo(writer);
        }

        var isList = field.Type.Kind is FieldKind.List or FieldKind.Bytes;
        if (isList && field.MapKeys.Count > 0)
        {
            Strings("x-kubernetes-list-map-keys"u8, field.MapKeys);
            writer.WriteString("x-kubernetes-list-type"u8, "map"u8);
        }
        else if (isList && (field.Set || field.Atomic))
        {
            writer.WriteString("x-kubernetes-list-type"u8, field.Set ? "set"u8 : "atomic"u8);
        }
        else if (field.Atomic)
        {
            writer.WriteString("x-kubernetes-map-type"u8, "atomic"u8);
        }

        if (field.PatchMergeKey is not null)
            writer.WriteString("x-kubernetes-patch-merge-key"u8, field.PatchMergeKey);
        if (field.PatchStrategies.Count > 0)
            writer.WriteString("x-kubernetes-patch-strategy"u8, string.Join(',', field.PatchStrategies));
    }

    private void Value(FieldType type, bool extended = false)
    {
        switch (type.Kind)
        {
            case FieldKind.List:
                writer.WriteString("type"u8, "array"u8);
                writer.WriteStartObject("items"u8);
                Value(type.Element!);
                writer.WriteEndObject();
                return;
            case FieldKind.Map:
                writer.WriteString("type"u8, "object"u8);
                writer.WriteStartObject("additionalProperties"u8);
                Value(type.Element!);
                writer.WriteEndObject();
                return;
        }

        var name = type.Kind == FieldKind.Object ? OpenApiNames.Of(type.Object.Name) : OpenApiNames.Of(type.Kind);
        if (name is null)
        {
            Scalar(type.Kind);
        }
        else if (extended && IsV3)
        {
            writer.WriteStartArray("allOf"u8);
            writer.WriteStartObject();
            Reference(name);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        else
        {
            Reference(name);
        }
    }

    private void Scalar(FieldKind kind)
    {
        var (type, format) = kind switch
        {
            FieldKind.String or FieldKind.Duration => ("string", null),
            FieldKind.Int32 => ("integer", "int32"),
            FieldKind.Int64 => ("integer", "int64"),
            FieldKind.Bool => ("boolean", null),
            FieldKind.Double => ("number", "double"),
            FieldKind.Bytes => ("string", "byte"),
            FieldKind.Time or FieldKind.MicroTime => ("string", "date-time"),
            FieldKind.Quantity => (IsV3 ? null : "string", null),
            FieldKind.IntOrString => (IsV3 ? null : "string", "int-or-string"),
            FieldKind.Raw or FieldKind.Fields => ("object", null),
            _ => (null, (string?)null),
        };
        if (type is not null)
            writer.WriteString("type"u8, type);
        if (format is not null)
            writer.WriteString("format"u8, format);
        if (IsV3 && (kind is FieldKind.Quantity or FieldKind.IntOrString))
            OneOf("string", kind == FieldKind.Quantity ? "number" : "integer");
    }

    private void OneOf(params ReadOnlySpan<string> types)
    {
        writer.WriteStartArray("oneOf"u8);
        foreach (var type in types)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void Strings(ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        var any = false;
        foreach (var value in values)
        {
            if (!any)
                writer.WriteStartArray(name);
            any = true;
            writer.WriteStringValue(value);
        }

        if (any)
            writer.WriteEndArray();
    }
}
