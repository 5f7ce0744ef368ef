using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Patch;

/// <summary>
/// Strategic merge patch: a merge patch whose lists merge by the keys that the schema gives, with directives for what a merge cannot say.
/// (https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/, and the API conventions' strategic merge patch)
/// </summary>
public static class StrategicMergePatch
{
    internal const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string ElementOrder = "$setElementOrder/";
    private const string DeleteFromList = "$deleteFromPrimitiveList/";

    /// <summary>Changes <paramref name="target"/>; the patch stays as it is, so that it can be applied again after a conflict.</summary>
    /// <exception cref="ApiException">BadRequest: the patch contradicts itself or the schema.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, TypeSchema type) => MergeObject(target, patch, PatchSchema.Of(type));

    /// <returns>The merged object: the original, or another where the patch replaces it.</returns>
    internal static JsonObject MergeObject(JsonObject original, JsonObject patch, PatchSchema schema)
    {
        if (patch.TryGetPropertyValue(Directive, out var directive))
        {
            switch (directive.AsString())
            {
                case "replace": return Clean(patch);
                case "delete": return new JsonObject();
                case "merge": break;
                default: throw Bad($"unknown patch type: {directive?.ToJsonString()}");
            }
        }

        if (patch.TryGetPropertyValue(RetainKeys, out var retained))
            Retain(original, patch, retained);
        foreach (var (name, order) in patch)
            if (name.StartsWith(ElementOrder, StringComparison.Ordinal))
                MergeOrdered(original, patch, name[ElementOrder.Length..], order, schema);
        foreach (var (name, value) in patch)
        {
            if (name is Directive or RetainKeys || name.StartsWith(ElementOrder, StringComparison.Ordinal) || patch.ContainsKey(ElementOrder + name))
                continue;
            if (name.StartsWith(DeleteFromList, StringComparison.Ordinal))
                Delete(original, name[DeleteFromList.Length..], value);
            else
                MergeMember(original, name, value, schema.Field(name));
        }

        return original;
    }

    /// <summary>A copy of part of a patch, without its directives and without the nulls that have nothing to remove.</summary>
    internal static JsonObject Clean(JsonObject patch)
    {
        var result = new JsonObject();
        foreach (var (name, value) in patch)
        {
            if (value is null || name is Directive or RetainKeys || name.StartsWith(ElementOrder, StringComparison.Ordinal) || name.StartsWith(DeleteFromList, StringComparison.Ordinal))
                continue;
            result[name] = Clean(value);
        }

        return result;
    }

    internal static JsonNode? Clean(JsonNode? patch)
    {
        switch (patch)
        {
            case JsonObject members:
                return Clean(members);
            case JsonArray list:
                var result = new JsonArray();
                foreach (var item in list)
                    if (item is not JsonObject member || !member.ContainsKey(Directive))
                        result.Add(Clean(item));
                return result;
            default:
                return patch?.DeepClone();
        }
    }

    internal static ApiException Bad(string why) => new(StatusReason.BadRequest, why);

    private static void MergeMember(JsonObject original, string name, JsonNode? value, PatchSchema schema)
    {
        if (value is null)
        {
            original.Remove(name);
            return;
        }

        original.TryGetPropertyValue(name, out var existing);
        if (value is JsonObject patch && existing is JsonObject child)
        {
            var merged = schema.Replace ? Clean(patch) : MergeObject(child, patch, schema);
            if (!ReferenceEquals(merged, child))
                original[name] = merged;
        }
        else if (value is JsonArray items && existing is JsonArray list && schema.Merge)
        {
            original[name] = StrategicListMerge.Merge(list, items, schema);
        }
        else if (value is JsonObject { Count: > 0 } absent && absent.String(Directive) == "delete")
        {
            original.Remove(name);
        }
        else
        {
            original[name] = Clean(value);
        }
    }

    // The list of names says which members may stay: those of a union that the patch has moved away from go.
    private static void Retain(JsonObject original, JsonObject patch, JsonNode? retained)
    {
        var keep = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in retained as JsonArray ?? throw Bad("invalid patch format of retainKeys"))
            keep.Add(name.AsString() ?? throw Bad("invalid patch format of retainKeys"));
        foreach (var (name, value) in patch)
            if (value is not null && !name.StartsWith('$') && !keep.Contains(name))
                throw Bad("invalid patch format of retainKeys");
        List<string>? gone = null;
        foreach (var (name, _) in original)
            if (!keep.Contains(name))
                (gone ??= []).Add(name);
        foreach (var name in gone ?? [])
            original.Remove(name);
    }

    private static void MergeOrdered(JsonObject original, JsonObject patch, string name, JsonNode? order, PatchSchema parent)
    {
        if (order is not JsonArray wanted)
            throw Bad($"invalid patch format of setElementOrder list for {name}");
        var schema = parent.Field(name);
        var hasPatch = patch.TryGetPropertyValue(name, out var patched);
        original.TryGetPropertyValue(name, out var existing);
        if (hasPatch && patched is null)
        {
            original.Remove(name);
            return;
        }

        var before = existing as JsonArray;
        JsonArray merged;
        if (patched is JsonArray items)
        {
            StrategicListMerge.CheckOrder(items, wanted, schema.MergeKey);
            merged = before is null ? (JsonArray)Clean(items)!
                : schema.Merge ? StrategicListMerge.Merge(before, items, schema)
                : (JsonArray)Clean(items)!;
        }
        else if (before is not null)
        {
            merged = (JsonArray)before.DeepClone();
        }
        else
        {
            return;
        }

        original[name] = StrategicListMerge.Order(merged, wanted, before ?? [], schema.MergeKey);
    }

    private static void Delete(JsonObject original, string name, JsonNode? values)
    {
        if (values is not JsonArray gone)
            throw Bad("invalid patch format of primitive list");
        if (!original.TryGetPropertyValue(name, out var node) || node is not JsonArray list)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
            foreach (var value in gone)
                if (JsonNode.DeepEquals(list[i], value))
                {
                    list.RemoveAt(i);
                    break;
                }
    }
}
