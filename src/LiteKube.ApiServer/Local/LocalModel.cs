using LiteKube.Api;

namespace LiteKube.ApiServer;

public readonly record struct LocalListOptions(string? LabelSelector, string? FieldSelector, int Limit, string? Continue, string? ResourceVersion, string? ResourceVersionMatch);

public readonly record struct LocalWatchOptions(string? LabelSelector, string? FieldSelector, string? ResourceVersion, bool SendInitialEvents, bool AllowBookmarks, int? TimeoutSeconds);

public sealed record LocalList(long ResourceVersion, IReadOnlyList<KubeObject> Items, string? Continue);

public enum LocalEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,
    InitialEventsEnd,
}

public readonly record struct LocalEvent(LocalEventType Type, KubeObject Object);

/// <param name="Verb">create, update, patch, delete or deletecollection.</param>
/// <param name="Body">Create and update: the object. Patch: the patch. Delete: DeleteOptions, or empty.</param>
/// <param name="MediaType">Of the body; says which patch. Empty: JSON.</param>
public sealed record LocalWrite(string Verb, ResourceType Resource, string? Namespace, string? Name, ReadOnlyMemory<byte> Body, string MediaType)
{
    public string? Subresource { get; init; }
    public string? FieldManager { get; init; }
    public string? LabelSelector { get; init; }
    public string? FieldSelector { get; init; }
}
