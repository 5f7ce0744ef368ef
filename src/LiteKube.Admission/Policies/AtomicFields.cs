using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Api.Schema;

namespace LiteKube.Admission.Policies;

/// <summary>
/// Finds the lists, maps and structures of a patch that server-side apply would replace as a whole: a policy that sets some of their fields would take the
/// others away.
/// </summary>
internal static class AtomicFields
{
    public static List<string> In(JsonObject patch, TypeSchema? type)
    {
        var found = new List<string>();
        if (type is not null)
            Members(patch, type, "", found);
        return found;
    }

    private static void Members(JsonObject tree, TypeSchema type, string path, List<string> found)
    {
        foreach (var (name, value) in tree)
        {
            if (!type.Fields.TryGetValue(name, out var field) || value is not (JsonObject or JsonArray))
                continue;
            var at = $"{path}.{name}";
            if (field.Atomic || field.Type is { Kind: FieldKind.Object, Object.Atomic: true } || IsAtomicList(field))
                found.Add(at);
            Values(value, field.Type, at, found);
        }
    }

    private static bool IsAtomicList(FieldSchema field) =>
        field.Type.Kind == FieldKind.List && !field.Set && field.MapKeys.Count == 0 && !field.PatchStrategies.Contains("merge");

    private static void Values(JsonNode value, FieldType type, string path, List<string> found)
    {
        switch (value)
        {
            case JsonObject members when type.Kind == FieldKind.Object:
                Members(members, type.Object, path, found);
                break;
            case JsonObject map when type.Kind == FieldKind.Map:
                foreach (var (key, item) in map)
                {
                    if (item is not null)
                        Values(item, type.Element!, $"{path}.{key}", found);
                }

                break;
            case JsonArray list when type.Kind == FieldKind.List:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is { } item)
                        Values(item, type.Element!, $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]", found);
                }

                break;
        }
    }
}
