using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.CustomResources;

/// <summary>Resources embedded in a custom resource say what they are, and their metadata is well formed.</summary>
internal static class EmbeddedCheck
{
    public static void Check(FieldErrors errors, JsonNode? value, JsonSchema schema, FieldPath path, bool isRoot = false)
    {
        if (!schema.HasEmbedded)
            return;
        switch (value)
        {
            case JsonObject members:
                if (schema.IsEmbedded && !isRoot)
                    Resource(errors, members, path);
                foreach (var (name, member) in members)
                    if (schema.Properties.TryGetValue(name, out var property))
                        Check(errors, member, property, path.Child(name));
                    else if (schema.AdditionalProperties is { } additional)
                        Check(errors, member, additional, path.Key(name));
                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                    Check(errors, list[i], items, path.Index(i));
                break;
        }
    }

    private static void Resource(FieldErrors errors, JsonObject resource, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["apiVersion", "kind"])
            if (string.IsNullOrEmpty(resource.String(name)))
                errors.Add(FieldError.Required(path.Child(name), "must not be empty"));
        if (resource.Object("metadata") is not { } metadata)
            return;
        MetadataRules.Labels(errors, metadata.Object("labels"), path.Child("metadata", "labels"));
        MetadataRules.Annotations(errors, metadata.Object("annotations"), path.Child("metadata", "annotations"));
    }
}
