using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>
/// The API as a client sees it, at the level of verbs, so that the in-process transport hands over the server's own objects and the HTTPS one
/// pays for sockets and JSON. Both pass the same authentication, authorization, admission and validation.
/// Every method throws <see cref="ApiException"/> where the server answers with a failure Status; transports retry nothing.
/// </summary>
public interface IApiTransport
{
    ValueTask<KubeObject> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken);

    ValueTask<ObjectList> ListAsync(ResourceType resource, string? ns, ListOptions options, CancellationToken cancellationToken);

    /// <summary>Streams events until the server ends the watch or the caller cancels. Errors inside the stream (410 Expired) are thrown.</summary>
    IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType resource, string? ns, WatchOptions options, CancellationToken cancellationToken);

    /// <summary>Create, update, patch, delete and their sub-resource forms. The answer is an object, or a Status for some deletes.</summary>
    ValueTask<KubeObject> WriteAsync(WriteRequest request, CancellationToken cancellationToken);
}

/// <summary>Who a module is to the API server: <c>system:kube-scheduler</c>, <c>system:node:NAME</c> in <c>system:nodes</c> …</summary>
public sealed record ClientIdentity(string User, params string[] Groups);

/// <summary>A transport for a module's identity. In-process: any; over HTTPS: the one its certificate says.</summary>
public interface IApiTransportFactory
{
    IApiTransport For(ClientIdentity identity);
}

public enum WriteVerb
{
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

public enum PatchKind
{
    Json,
    Merge,
    StrategicMerge,
    Apply,
}

/// <param name="Body">Create, update: the object. Patch: the patch. Delete: DeleteOptions, or empty.</param>
public sealed record WriteRequest(WriteVerb Verb, ResourceType Resource, string? Namespace, string? Name, ReadOnlyMemory<byte> Body)
{
    public string? Subresource { get; init; }

    public PatchKind Patch { get; init; } = PatchKind.Merge;

    public string? FieldManager { get; init; }

    /// <summary>DeleteCollection only.</summary>
    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }
}

public readonly record struct ListOptions(string? LabelSelector = null, string? FieldSelector = null, int Limit = 0, string? Continue = null, string? ResourceVersion = null, string? ResourceVersionMatch = null);

public readonly record struct WatchOptions(string? LabelSelector = null, string? FieldSelector = null, string? ResourceVersion = null, bool SendInitialEvents = false, bool AllowBookmarks = true, int? TimeoutSeconds = null);

public sealed record ObjectList(long ResourceVersion, IReadOnlyList<KubeObject> Items, string? Continue = null);

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing up to the object's resourceVersion is missing.</summary>
    Bookmark,

    /// <summary>The bookmark that closes the initial list of a streaming list.</summary>
    InitialEventsEnd,
}

public readonly record struct WatchEvent(WatchEventType Type, KubeObject Object);
