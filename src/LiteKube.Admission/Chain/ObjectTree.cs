using System.Text.Json;
using System.Text.Json.Nodes;

namespace LiteKube.Admission;

/// <summary>Reading and growing an object's tree. A member that is missing, null or of another type reads as absent; validation names such mistakes.</summary>
internal static class ObjectTree
{
    public static JsonObject? Child(this JsonObject? parent, string name) => parent?[name] as JsonObject;

    public static JsonArray? Items(this JsonObject? parent, string name) => parent?[name] as JsonArray;

    public static IEnumerable<JsonObject> Objects(this JsonObject? parent, string name) => parent.Items(name)?.OfType<JsonObject>() ?? [];

    /// <summary>The text of a member; null where it is absent or empty.</summary>
    public static string? Text(this JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;

    public static bool? Flag(this JsonObject? parent, string name) => parent?[name]?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static long? Number(this JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) ? number : null;

    public static bool Has(this JsonObject? parent, string name) => parent?[name] is not null;

    /// <summary>The object under that name, made where there is none.</summary>
    public static JsonObject Grow(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject present)
            return present;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>The list under that name, made where there is none.</summary>
    public static JsonArray GrowList(this JsonObject parent, string name)
    {
        if (parent[name] is JsonArray present)
            return present;
        var made = new JsonArray();
        parent[name] = made;
        return made;
    }

    // By way of JsonNode: the generic Add would serialize by reflection.
    public static void Append(this JsonArray list, JsonNode item) => list.Add(item);

    public static JsonObject Annotations(this JsonObject? owner) => owner.Child("metadata").Child("annotations") ?? [];

    public static JsonObject Labels(this JsonObject? owner) => owner.Child("metadata").Child("labels") ?? [];

    /// <summary>A pod that mirrors a static pod of a node; the node has decided all about it already.</summary>
    public static bool IsMirrorPod(this JsonObject? pod) => pod.Annotations().ContainsKey("kubernetes.io/config.mirror");
}
