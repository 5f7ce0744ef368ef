using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.OpenApi;

/// <summary>
/// The schema of a custom resource as OpenAPI publishes it: with the fields that every object has, and in v2 without what v2 or its clients cannot read.
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#publish-validation-schema-in-openapi)
/// </summary>
internal static class CustomDefinition
{
    public static JsonObject Of(CustomKind kind, OpenApiDialect dialect)
    {
        JsonObject schema;
        if (dialect == OpenApiDialect.V2 && kind.Root.PreservesUnknown)
        {
            // Clients would take whatever is named here for all that may be there.
            schema = new JsonObject { ["type"] = "object" };
        }
        else
        {
            schema = (JsonObject)kind.Root.Source.DeepClone();
            if (dialect == OpenApiDialect.V2)
                ForV2(schema);
            Embedded(schema, dialect);
            Resource(schema, dialect);
        }

        schema["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject { ["group"] = kind.Kind.Group, ["kind"] = kind.Kind.Kind, ["version"] = kind.Kind.Version });
        return schema;
    }

    private static void ForV2(JsonObject schema)
    {
        foreach (var name in (ReadOnlySpan<string>)["allOf", "anyOf", "oneOf", "not"])
            schema.Remove(name);
        var isNullable = schema.Bool("nullable") == true;
        if (isNullable)
        {
            schema.Remove("type");
            schema.Remove("nullable");
        }

        if (isNullable || schema.Bool("x-kubernetes-preserve-unknown-fields") == true)
        {
            schema.Remove("items");
            schema.Remove("properties");
        }

        if (schema.String("type") == "array" && !schema.Has("items"))
            schema.Remove("type");
        foreach (var (name, property) in schema.Object("properties") ?? [])
            if ((property as JsonObject).Bool("nullable") == true)
                NotRequired(schema, name);
        if ((schema["additionalProperties"] as JsonObject).Bool("nullable") == true)
            schema.Remove("required");
        Each(schema, ForV2);
    }

    private static void NotRequired(JsonObject schema, string name)
    {
        if (schema.Array("required") is not { } required)
            return;
        for (var i = required.Count - 1; i >= 0; i--)
            if (required[i].AsString() == name)
                required.RemoveAt(i);
        if (required.Count == 0)
            schema.Remove("required");
    }

    private static void Embedded(JsonObject schema, OpenApiDialect dialect)
    {
        Each(schema, inner =>
        {
            Embedded(inner, dialect);
            if (inner.Bool("x-kubernetes-embedded-resource") == true && !(dialect == OpenApiDialect.V2 && inner.Bool("x-kubernetes-preserve-unknown-fields") == true))
            {
                Resource(inner, dialect);
                var required = inner.Array("required") ?? [];
                inner["required"] = new JsonArray([.. required.Select(r => r.AsString() ?? "").Union(["kind", "apiVersion"]).Select(r => (JsonNode)r)]);
            }
        });
    }

    private static void Resource(JsonObject schema, OpenApiDialect dialect)
    {
        var properties = schema.ObjectOrNew("properties");
        properties["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = MetaDescriptions.ApiVersion };
        properties["kind"] = new JsonObject { ["type"] = "string", ["description"] = MetaDescriptions.Kind };
        var reference = new JsonObject { ["$ref"] = (dialect == OpenApiDialect.V3 ? "#/components/schemas/" : "#/definitions/") + OpenApiNames.Of("meta.v1.ObjectMeta") };
        if (dialect == OpenApiDialect.V3)
            reference = new JsonObject { ["allOf"] = new JsonArray(reference) };
        reference["description"] = MetaDescriptions.Metadata;
        properties["metadata"] = reference;
    }

    private static void Each(JsonObject schema, Action<JsonObject> change)
    {
        foreach (var (_, property) in schema.Object("properties") ?? [])
            if (property is JsonObject inner)
                change(inner);
        if (schema["items"] is JsonObject items)
            change(items);
        if (schema["additionalProperties"] is JsonObject additional)
            change(additional);
    }
}
