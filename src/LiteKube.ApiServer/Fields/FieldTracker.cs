using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Apply;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Fields;

/// <summary>
/// Keeps metadata.managedFields true through every write. While a write is under way the field is taken out of the trees, so that nothing else looks
/// at it or copies it; where the writer's fields stay as they were, only the time of its entry is written anew.
/// </summary>
internal sealed class FieldTracker(TimeProvider time)
{
    private const string Name = "managedFields";

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = JsonTree.MaxDepth };
    private static readonly FieldSet s_server = FieldSetCodec.Read("""{"f:metadata":{"f:managedFields":{},"f:resourceVersion":{}}}"""u8);

    public string Now => SystemMetadata.Time(time.GetUtcNow());

    /// <summary>Takes managedFields out of an object.</summary>
    public static JsonArray? Take(JsonObject tree)
    {
        if (tree.Object("metadata") is not { } metadata || !metadata.Remove(Name, out var node))
            return null;
        return node as JsonArray;
    }

    public static void Put(JsonObject tree, JsonArray? managed)
    {
        if (managed is { Count: > 0 })
            tree.ObjectOrNew("metadata")[Name] = managed;
    }

    /// <param name="created">Complete but for what admission does to it.</param>
    /// <param name="given">What the client says of ownership, as when an object is restored.</param>
    public JsonArray? Created(ApiRequest request, JsonObject created, JsonArray? given)
    {
        // Who applies has settled it: see ApplyPatch.
        if (request.IsApply)
            return given;
        var managed = given is { Count: > 0 } ? Parse(given) ?? ManagedFields.None : ManagedFields.None;
        var resource = request.Resource.Storage;
        var changes = TreeCompare.Compare([], created, resource.Schema.Type).Without(ResetFields.Of(resource, request.Subresource));
        return Node(FieldTracking.Update(managed, changes, WriterOf(request, resource.Type.ApiVersion), Now));
    }

    /// <returns>What to put into the new object: <paramref name="held"/> itself where nothing changed.</returns>
    /// <param name="current">What <paramref name="old"/> was read from.</param>
    public JsonArray? Updated(ApiRequest request, JsonObject next, JsonObject old, StoredObject current, JsonArray? held, JsonArray? given)
    {
        if (request.IsApply)
            return Same(given, held) ? held : given;
        if (IsReset(given))
            return null;

        // Ownership is the object's, not its parts': what is said of it through a sub-resource does not count. Most writers send what they read.
        var own = given is null || request.Subresource.Length > 0 || Same(given, held) ? null : Parse(given);
        var managed = own is { IsEmpty: false } ? own : held is null ? ManagedFields.None : Parse(held) ?? ManagedFields.None;

        // Nobody is tracked in an object of which it was said that nobody shall be.
        if (managed.IsEmpty)
            return null;
        var resource = request.Resource.Storage;
        var changes = Compare(request.Resource, next, old, current).Without(ResetFields.Of(resource, request.Subresource));
        var result = FieldTracking.Update(managed, changes, WriterOf(request, resource.Type.ApiVersion), Now);
        return ReferenceEquals(result, managed) && own is null ? held : Node(result);
    }

    private static Comparison Compare(ServedResource resource, JsonObject next, JsonObject old, StoredObject current)
    {
        if (resource.Custom is not null)
            return TreeCompare.Compare(old, next, resource.Storage.Schema.Type);
        using var document = JsonDocument.Parse(current.Object.Json, s_options);
        var changes = ElementCompare.Compare(document.RootElement, next, resource.Storage.Schema.Type);

        // The stored form has its version and its managed fields, which the new tree here has not.
        return changes with { Removed = changes.Removed.Without(s_server) };
    }

    public static FieldWriter WriterOf(ApiRequest request, string apiVersion) => new(FieldManagerName.Of(request), apiVersion, request.Subresource);

    public static ManagedFields? Parse(JsonArray managed) => ManagedFields.Parse(JsonTree.Write(managed));

    public static JsonArray? Node(ManagedFields managed) => managed.IsEmpty ? null : (JsonArray)JsonNode.Parse(managed.Encode())!;

    /// <summary>An empty list, or one empty entry: the client asks that ownership be forgotten.</summary>
    private static bool IsReset(JsonArray? given) => given is { Count: 0 } or [JsonObject { Count: 0 }];

    private static bool Same(JsonArray? left, JsonArray? right) => left is null || right is null ? left is null && right is null : JsonTree.Write(left).AsSpan().SequenceEqual(JsonTree.Write(right));
}
