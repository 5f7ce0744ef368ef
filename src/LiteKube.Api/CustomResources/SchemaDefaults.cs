using System.Text.Json.Nodes;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// Fills in a schema's defaults. A null where a value with a default may not be null counts as not given.
/// (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting)
/// </summary>
internal static class SchemaDefaults
{
    /// <returns>Whether anything changed.</returns>
    public static bool Apply(JsonNode? value, JsonSchema schema)
    {
        if (!schema.HasDefaults)
            return false;
        var changed = false;
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.Default is null)
                        continue;
                    var given = members.TryGetPropertyValue(name, out var present);
                    if (given && (present is not null || property.Nullable))
                        continue;
                    members[name] = property.Default.DeepClone();
                    changed = true;
                }

                if (schema.AdditionalProperties is { Default: { } forNull, Nullable: false })
                {
                    foreach (var name in members.Where(m => m.Value is null && !schema.Properties.ContainsKey(m.Key)).Select(m => m.Key).ToArray())
                    {
                        members[name] = forNull.DeepClone();
                        changed = true;
                    }
                }

                foreach (var (name, member) in members)
                    if (schema.Member(name) is { HasDefaults: true } inner)
                        changed |= Apply(member, inner);
                break;
            case JsonArray list when schema.Items is { HasDefaults: true } items:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is null && items is { Default: not null, Nullable: false })
                    {
                        list[i] = items.Default.DeepClone();
                        changed = true;
                    }

                    changed |= Apply(list[i], items);
                }

                break;
        }

        return changed;
    }
}
