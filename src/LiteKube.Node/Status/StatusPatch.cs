using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;

namespace LiteKube.Node.Status;

/// <summary>
/// The strategic-merge patch that leads from one status to another: what differs, removed fields as null, and of lists that merge by key only what changed,
/// so that what others wrote meanwhile (their conditions, their extended resources) stays.
/// </summary>
internal static class StatusPatch
{
    /// <summary>Lists of a status whose elements merge by a key: Kubernetes' patchMergeKey.</summary>
    private static readonly Dictionary<string, string> s_mergeKeys = new(StringComparer.Ordinal)
    {
        ["conditions"] = "type",
        ["podIPs"] = "ip",
        ["hostIPs"] = "ip",
        ["addresses"] = "type",
    };

    /// <summary>Maps in which others have entries of their own: entry by entry. What is allocatable follows from the capacity, so there entries also go.</summary>
    private static readonly HashSet<string> s_sharedMaps = new(StringComparer.Ordinal) { "capacity", "allocatable" };

    /// <returns>Null when there is nothing to write.</returns>
    public static byte[]? Between<T>(T old, T current, string? uid) where T : class, IJsonType<T>
    {
        if (JsonText.Same(old, current))
            return null;
        var before = (JsonObject)JsonNode.Parse(JsonText.Bytes(old))!;
        var after = (JsonObject)JsonNode.Parse(JsonText.Bytes(current))!;
        var status = new JsonObject();
        foreach (var (name, value) in after)
        {
            before.TryGetPropertyValue(name, out var present);
            if (JsonNode.DeepEquals(present, value))
                continue;
            if (Change(name, present, value) is { } change)
                status[name] = change;
        }

        foreach (var (name, value) in before)
            if (value is not null && !after.ContainsKey(name))
                status[name] = null;
        if (status.Count == 0)
            return null;
        var patch = new JsonObject { ["status"] = status };
        if (uid is not null)
            patch["metadata"] = new JsonObject { ["uid"] = uid };
        return Encode(patch);
    }

    private static JsonNode? Change(string name, JsonNode? present, JsonNode? value)
    {
        if (name == "conditions" && value is JsonArray conditions)
            return Changed(conditions, present as JsonArray, s_mergeKeys[name]);
        if (s_mergeKeys.ContainsKey(name) && value is JsonArray list)
        {
            // The list is the node's alone: it is replaced whole.
            var replacement = new JsonArray(new JsonObject { ["$patch"] = "replace" });
            foreach (var item in list)
                replacement.Add((JsonNode?)item!.DeepClone());
            return replacement;
        }

        if (s_sharedMaps.Contains(name) && value is JsonObject map)
        {
            var changed = new JsonObject();
            foreach (var (key, amount) in map)
                if (!JsonNode.DeepEquals((present as JsonObject)?[key], amount))
                    changed[key] = amount!.DeepClone();
            if (name == "allocatable")
                foreach (var (key, _) in present as JsonObject ?? [])
                    if (!map.ContainsKey(key))
                        changed[key] = null;
            return changed.Count == 0 ? null : changed;
        }

        // Objects would merge field by field; a status field of the node's is replaced.
        if (value is JsonObject whole && present is JsonObject)
        {
            var replaced = (JsonObject)whole.DeepClone();
            replaced["$patch"] = "replace";
            return replaced;
        }

        return value?.DeepClone();
    }

    private static JsonArray? Changed(JsonArray list, JsonArray? present, string key)
    {
        var result = new JsonArray();
        foreach (var item in list)
        {
            var old = present?.FirstOrDefault(p => (string?)p![key] == (string?)item![key]);
            if (JsonNode.DeepEquals(old, item))
                continue;
            var change = (JsonObject)item!.DeepClone();
            foreach (var (field, _) in old as JsonObject ?? [])
                if (!change.ContainsKey(field))
                    change[field] = null;
            result.Add((JsonNode)change);
        }

        return result.Count == 0 ? null : result;
    }

    public static byte[] Encode(JsonObject patch)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            patch.WriteTo(writer);
        return buffer.ToArray();
    }
}
