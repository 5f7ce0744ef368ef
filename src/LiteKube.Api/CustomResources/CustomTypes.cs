using LiteKube.Api.Schema;

namespace LiteKube.Api.CustomResources;

/// <summary>Schemas of custom resources as the types that codecs, patches and server-side apply work by.</summary>
public static class CustomTypes
{
    private const string Metadata = "meta.v1.ObjectMeta";

    /// <summary>The type of a whole custom resource. apiVersion, kind and metadata are part of it whatever the schema says.</summary>
    public static TypeSchema Of(GroupVersionKind gvk, JsonSchema schema) => Structure($"{gvk.Group}.{gvk.Version}.{gvk.Kind}", gvk, schema, isResource: true);

    private static TypeSchema Structure(string name, GroupVersionKind? gvk, JsonSchema schema, bool isResource)
    {
        var fields = new List<FieldSchema>(schema.Properties.Count + 3);
        foreach (var (property, inner) in schema.Properties)
            if (!isResource || property is not ("apiVersion" or "kind" or "metadata"))
                fields.Add(new FieldSchema(property, TypeOf($"{name}.{property}", inner), schema.Required.Contains(property)));
        if (isResource)
        {
            fields.Add(new FieldSchema("apiVersion", new FieldType(FieldKind.String), false));
            fields.Add(new FieldSchema("kind", new FieldType(FieldKind.String), false));
            fields.Add(new FieldSchema("metadata", new FieldType(FieldKind.Object, @object: static () => ApiSchema.Current.Type(Metadata)), false));
        }

        return new TypeSchema(name, gvk, schema, fields);
    }

    private static FieldType TypeOf(string name, JsonSchema schema)
    {
        if (schema.IsIntOrString)
            return new FieldType(FieldKind.IntOrString) { Source = schema };
        switch (schema.Type)
        {
            case "object":
                if (schema.Properties.Count == 0 && schema.AdditionalProperties is { } value)
                    return new FieldType(FieldKind.Map, TypeOf(name, value)) { Source = schema };
                if (schema.Properties.Count == 0 && schema.AllowsAdditional)
                    return new FieldType(FieldKind.Map, new FieldType(FieldKind.Any)) { Source = schema };
                var type = Structure(name, null, schema, schema.IsEmbedded);
                return new FieldType(FieldKind.Object, @object: () => type) { Source = schema };
            case "array":
                return new FieldType(FieldKind.List, schema.Items is { } items ? TypeOf(name, items) : new FieldType(FieldKind.Any)) { Source = schema };
            default:
                return new FieldType(Scalar(schema.Type)) { Source = schema };
        }
    }

    private static FieldKind Scalar(string type) => type switch
    {
        "string" => FieldKind.String,
        "integer" => FieldKind.Int64,
        "number" => FieldKind.Double,
        "boolean" => FieldKind.Bool,
        _ => FieldKind.Any,
    };
}
