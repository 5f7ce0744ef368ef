using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Patch;
using LiteKube.Api.Schema;
using LiteKube.Api.Selectors;
using LiteKube.Client;

namespace LiteKube.Testing;

/// <summary>
/// An API server in memory, for tests of what talks to one: revisions, ordered watches with selectors and history, all patches, sub-resources,
/// finalizers and graceful deletion. It validates and defaults nothing.
/// </summary>
public sealed class FakeApi(TimeProvider time) : IApiTransport, IApiTransportFactory
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Resource, string Key), KubeObject> _objects = [];
    private readonly List<Entry> _history = [];
    private readonly List<Channel<Entry>> _watches = [];
    private readonly HashSet<string> _watchedKinds = [];
    private readonly List<WriteRequest> _writes = [];
    private long _revision = 1000;
    private long _compacted;
    private int _uids;

    /// <summary>Asked before each write; what it returns is thrown.</summary>
    public Func<WriteRequest, ApiException?>? Refuse { get; set; }

    /// <summary>Whether a streaming list is answered with 422, as by a server that has none.</summary>
    public bool RefusesStreamingLists { get; set; }

    /// <summary>All writes that were carried out, in order.</summary>
    public IReadOnlyList<WriteRequest> Writes
    {
        get
        {
            lock (_gate)
                return [.. _writes];
        }
    }

    public int OpenWatches
    {
        get
        {
            lock (_gate)
                return _watches.Count;
        }
    }

    /// <summary>Whether anybody has ever watched a kind: what is written from then on reaches them, with what was there before.</summary>
    public bool WasWatched(ResourceType resource)
    {
        lock (_gate)
            return _watchedKinds.Contains(resource.GroupResource);
    }

    private KubeClient Client => new(this);

    public IApiTransport For(ClientIdentity identity) => this;

    public T? Find<T>(string? ns, string name) where T : class, IKubeObject<T>
    {
        lock (_gate)
            return _objects.GetValueOrDefault((T.Resource.GroupResource, KeyOf(ns, name)))?.As<T>();
    }

    public IReadOnlyList<T> All<T>(string? ns = null) where T : class, IKubeObject<T>
    {
        lock (_gate)
            return [.. _objects.Where(o => o.Key.Resource == T.Resource.GroupResource && (ns is null || o.Value.Header.Namespace == ns)).Select(o => o.Value.As<T>())];
    }

    /// <summary>Creates by the same path as a client does, and returns what was stored.</summary>
    public T Add<T>(T value) where T : class, IKubeObject<T> => Client.CreateAsync(value).AsTask().GetAwaiter().GetResult();

    /// <summary>Changes an object, its status included, as no client could in one request.</summary>
    public T Change<T>(string? ns, string name, Func<T, T> change) where T : class, IKubeObject<T>
    {
        lock (_gate)
        {
            var present = Get(T.Resource, ns, name);
            var tree = KubeObject.Of(change(present.As<T>())).ToTree();
            return Store(T.Resource, tree, present).As<T>();
        }
    }

    public void Delete<T>(string? ns, string name, Api.Meta.V1.DeleteOptions? options = null) where T : class, IKubeObject<T> =>
        Client.DeleteAsync<T>(ns, name, options).AsTask().GetAwaiter().GetResult();

    /// <summary>Forgets all history: watches from before are answered with 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _compacted = _revision;
            _history.Clear();
        }
    }

    /// <summary>Ends every running watch, as a server that restarts does.</summary>
    public void BreakWatches()
    {
        lock (_gate)
        {
            foreach (var watch in _watches)
                watch.Writer.TryComplete(new IOException("the connection was cut"));
            _watches.Clear();
        }
    }

    public ValueTask<KubeObject> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(Get(resource, ns, name));
    }

    public ValueTask<ObjectList> ListAsync(ResourceType resource, string? ns, ListOptions options, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var matches = Matcher(resource, ns, options.LabelSelector, options.FieldSelector);
            var items = _objects.Where(o => o.Key.Resource == resource.GroupResource && matches(o.Value)).Select(o => o.Value).ToList();
            var start = int.TryParse(options.Continue, out var at) ? at : 0;
            var page = options.Limit > 0 ? items.Skip(start).Take(options.Limit).ToList() : items;
            var next = options.Limit > 0 && start + page.Count < items.Count ? (start + page.Count).ToString(CultureInfo.InvariantCulture) : null;
            return ValueTask.FromResult(new ObjectList(_revision, page, next));
        }
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType resource, string? ns, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<Entry>();
        var first = new List<WatchEvent>();
        var matches = Matcher(resource, ns, options.LabelSelector, options.FieldSelector);
        lock (_gate)
        {
            if (options.SendInitialEvents && RefusesStreamingLists)
                throw new ApiException(StatusReason.Invalid, "sendInitialEvents: Forbidden");
            var from = long.TryParse(options.ResourceVersion, out var revision) ? revision : 0;
            if (from != 0 && from < _compacted)
                throw new ApiException(StatusReason.Expired, $"too old resource version: {from} ({_compacted})");
            if (options.SendInitialEvents || from == 0)
                first.AddRange(_objects.Where(o => o.Key.Resource == resource.GroupResource && matches(o.Value)).Select(o => new WatchEvent(WatchEventType.Added, o.Value)));
            else
                first.AddRange(_history.Where(c => c.Revision > from).Select(c => EventOf(c, resource, matches)).OfType<WatchEvent>());
            if (options.SendInitialEvents)
                first.Add(new WatchEvent(WatchEventType.InitialEventsEnd, Bookmark(resource, _revision)));
            _watches.Add(channel);
            _watchedKinds.Add(resource.GroupResource);
        }

        try
        {
            foreach (var one in first)
                yield return one;
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
                if (EventOf(change, resource, matches) is { } one)
                    yield return one;
        }
        finally
        {
            lock (_gate)
                _watches.Remove(channel);
        }
    }

    public ValueTask<KubeObject> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        if (Refuse?.Invoke(request) is { } refusal)
            throw refusal;
        lock (_gate)
        {
            var result = (request.Verb, request.Subresource) switch
            {
                (WriteVerb.Create, null) => Create(request),
                (WriteVerb.Create, "binding") => Bind(request),
                (WriteVerb.Update, _) => Update(request),
                (WriteVerb.Patch, _) => Patch(request),
                (WriteVerb.Delete, _) => Delete(request.Resource, request.Namespace, request.Name!, OptionsOf(request)),
                (WriteVerb.DeleteCollection, _) => DeleteAll(request),
                _ => throw new ApiException(StatusReason.MethodNotAllowed, $"{request.Verb} {request.Resource}/{request.Subresource} is not part of this fake"),
            };
            _writes.Add(request);
            return ValueTask.FromResult(result);
        }
    }

    private static string KeyOf(string? ns, string name) => string.IsNullOrEmpty(ns) ? name : $"{ns}/{name}";

    private static Api.Meta.V1.DeleteOptions OptionsOf(WriteRequest request) =>
        request.Body.IsEmpty ? new Api.Meta.V1.DeleteOptions() : Api.Codecs.JsonText.Parse<Api.Meta.V1.DeleteOptions>(request.Body.Span);

    private static Func<KubeObject, bool> Matcher(ResourceType resource, string? ns, string? labelSelector, string? fieldSelector)
    {
        var labels = LabelMatcher.Parse(labelSelector);
        var kind = ApiSchema.Current.Find(resource.Group, resource.Version, resource.Plural);
        var fields = kind is null ? FieldMatcher.Everything : FieldMatcher.Parse(fieldSelector, kind);
        return o => (string.IsNullOrEmpty(ns) || o.Header.Namespace == ns) && labels.Matches(o.Header.Labels) && fields.Matches(o);
    }

    private static WatchEvent? EventOf(Entry change, ResourceType resource, Func<KubeObject, bool> matches)
    {
        if (change.Resource != resource.GroupResource)
            return null;
        var before = change.Before is { } b && matches(b);
        var after = change.After is { } a && matches(a);
        return (before, after) switch
        {
            (false, true) => new WatchEvent(WatchEventType.Added, change.After!),
            (true, true) => new WatchEvent(WatchEventType.Modified, change.After!),
            (true, false) => new WatchEvent(WatchEventType.Deleted, change.Last),
            _ => null,
        };
    }

    private static KubeObject Bookmark(ResourceType resource, long revision) => FakeObjects.Finish(new JsonObject
    {
        ["apiVersion"] = resource.ApiVersion,
        ["kind"] = resource.Kind,
        ["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) },
    });

    private KubeObject Get(ResourceType resource, string? ns, string name) =>
        _objects.GetValueOrDefault((resource.GroupResource, KeyOf(ns, name))) ?? throw ApiException.NotFound(resource, name);

    private KubeObject Create(WriteRequest request)
    {
        // The name of what is created stands in it; the request goes to the collection.
        if (request.Name is not null)
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var tree = (JsonObject)JsonNode.Parse(request.Body.Span)!;
        var metadata = FakeObjects.Metadata(tree);
        if (request.Resource.Namespaced)
        {
            var ns = request.Namespace ?? "default";
            metadata["namespace"] = ns;
            if (_objects.GetValueOrDefault(("namespaces", ns))?.Header.DeletionTimestamp is not null)
                throw FakeObjects.NamespaceTerminating(request.Resource, ns);
        }

        if (metadata["name"] is null)
            metadata["name"] = metadata["generateName"] + (++_uids).ToString("x5", CultureInfo.InvariantCulture);
        var name = (string)metadata["name"]!;
        if (_objects.ContainsKey((request.Resource.GroupResource, KeyOf(request.Resource.Namespaced ? request.Namespace ?? "default" : null, name))))
            throw ApiException.AlreadyExists(request.Resource, name);
        metadata["uid"] = $"uid-{++_uids:d6}";
        metadata["creationTimestamp"] = FakeObjects.Time(time.GetUtcNow());
        metadata["generation"] = 1;
        if (request.Resource.Kind == "Namespace" && tree["spec"] is null)
            tree["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        return Store(request.Resource, tree, null);
    }

    private KubeObject Bind(WriteRequest request)
    {
        var present = Get(Pod.Resource, request.Namespace, request.Name!);
        var binding = (JsonObject)JsonNode.Parse(request.Body.Span)!;
        var tree = present.ToTree();
        var spec = (JsonObject)(tree["spec"] ??= new JsonObject());
        if (!string.IsNullOrEmpty((string?)spec["nodeName"]))
            throw ApiException.Conflict(Pod.Resource, request.Name!, "the pod is bound already");
        spec["nodeName"] = (string?)binding["target"]!["name"];
        return Store(Pod.Resource, tree, present);
    }

    private KubeObject Update(WriteRequest request)
    {
        var present = Get(request.Resource, request.Namespace, request.Name!);
        var wanted = (JsonObject)JsonNode.Parse(request.Body.Span)!;
        if ((string?)FakeObjects.Metadata(wanted)["resourceVersion"] is { Length: > 0 } version && version != present.Header.ResourceVersion.ToString(CultureInfo.InvariantCulture))
            throw ApiException.Conflict(request.Resource, request.Name!, "the object has been modified; please apply your changes to the latest version and try again");
        return Replace(request, present, wanted);
    }

    private KubeObject Patch(WriteRequest request)
    {
        var present = Get(request.Resource, request.Namespace, request.Name!);
        var tree = present.ToTree();
        var patch = JsonNode.Parse(request.Body.Span)!;
        if (patch is JsonObject { } map && (string?)map["metadata"]?["uid"] is { } uid && uid != present.Header.Uid)
            throw ApiException.Conflict(request.Resource, request.Name!, "Precondition failed: UID");
        switch (request.Patch)
        {
            case PatchKind.Json:
                tree = JsonPatch.Parse(request.Body.Span).Apply(tree);
                break;
            case PatchKind.StrategicMerge:
                tree = StrategicMergePatch.Apply(tree, (JsonObject)patch, ApiSchema.Current.Find(request.Resource.Group, request.Resource.Version, request.Resource.Plural)!.Type);
                break;
            default:
                MergePatch.Apply(tree, (JsonObject)patch);
                break;
        }

        return Replace(request, present, tree);
    }

    private KubeObject Replace(WriteRequest request, KubeObject present, JsonObject wanted)
    {
        var before = present.ToTree();
        var metadata = FakeObjects.Metadata(wanted);
        foreach (var kept in (string[])["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"])
            metadata[kept] = before["metadata"]![kept]?.DeepClone();
        var hasStatus = ApiSchema.Current.Find(request.Resource.Group, request.Resource.Version, request.Resource.Plural)?.Subresource("status") is not null;
        switch (request.Subresource)
        {
            case "status":
                wanted["spec"] = before["spec"]?.DeepClone();
                break;
            case null when hasStatus:
                wanted["status"] = before["status"]?.DeepClone();
                break;
        }

        if (!JsonNode.DeepEquals(wanted["spec"], before["spec"]))
            metadata["generation"] = present.Header.Generation + 1;
        return Store(request.Resource, wanted, present);
    }

    private KubeObject DeleteAll(WriteRequest request)
    {
        var matches = Matcher(request.Resource, request.Namespace, request.LabelSelector, request.FieldSelector);
        foreach (var value in _objects.Where(o => o.Key.Resource == request.Resource.GroupResource && matches(o.Value)).Select(o => o.Value).ToList())
            Delete(request.Resource, value.Header.Namespace, value.Header.Name, OptionsOf(request));
        return FakeObjects.Finish(new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" });
    }

    private KubeObject Delete(ResourceType resource, string? ns, string name, Api.Meta.V1.DeleteOptions options)
    {
        var present = Get(resource, ns, name);
        if (options.Preconditions?.Uid is { } uid && uid != present.Header.Uid)
            throw ApiException.Conflict(resource, name, "Precondition failed: UID in precondition differs");
        var tree = present.ToTree();
        var metadata = FakeObjects.Metadata(tree);
        if (options.PropagationPolicy is "Foreground" or "Orphan")
        {
            var finalizers = metadata["finalizers"] as JsonArray ?? [];
            var finalizer = options.PropagationPolicy == "Orphan" ? "orphan" : "foregroundDeletion";
            if (!finalizers.Any(f => (string?)f == finalizer))
                finalizers.Add((JsonNode)finalizer);
            metadata["finalizers"] = finalizers.DeepClone();
        }

        var grace = resource.Kind == "Pod" && !string.IsNullOrEmpty((string?)tree["spec"]?["nodeName"]) && (string?)tree["status"]?["phase"] is not ("Failed" or "Succeeded")
            ? options.GracePeriodSeconds ?? 30
            : 0;
        var held = metadata["finalizers"] is JsonArray { Count: > 0 } || (resource.Kind == "Namespace" && tree["spec"]?["finalizers"] is JsonArray { Count: > 0 });
        if (grace == 0 && !held)
            return Remove(resource, present);
        if (metadata["deletionTimestamp"] is null)
        {
            metadata["deletionTimestamp"] = FakeObjects.Time(time.GetUtcNow().AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            metadata["generation"] = present.Header.Generation + 1;
        }

        if (resource.Kind == "Namespace")
            tree["status"] = new JsonObject { ["phase"] = "Terminating", ["conditions"] = tree["status"]?["conditions"]?.DeepClone() };
        return Store(resource, tree, present);
    }

    /// <summary>Stores a version; one that is being deleted and that nothing holds any more is removed instead.</summary>
    private KubeObject Store(ResourceType resource, JsonObject tree, KubeObject? before)
    {
        var metadata = FakeObjects.Metadata(tree);
        metadata["resourceVersion"] = before?.Header.ResourceVersion.ToString(CultureInfo.InvariantCulture);
        tree["apiVersion"] = resource.ApiVersion;
        tree["kind"] = resource.Kind;

        // A write that changes nothing makes no event.
        var same = before is not null && JsonNode.DeepEquals(FakeObjects.Finish(tree).ToTree(), before.ToTree());
        if (same)
            return before!;
        var held = metadata["finalizers"] is JsonArray { Count: > 0 }
            || (resource.Kind == "Namespace" && tree["spec"]?["finalizers"] is JsonArray { Count: > 0 })
            || (resource.Kind == "Pod" && (long?)metadata["deletionGracePeriodSeconds"] > 0);
        metadata["resourceVersion"] = (_revision + 1).ToString(CultureInfo.InvariantCulture);
        var stored = FakeObjects.Finish(tree);
        if (metadata["deletionTimestamp"] is not null && !held)
            return Remove(resource, stored, before);
        _revision++;
        _objects[(resource.GroupResource, stored.Header.Key)] = stored;
        Publish(new Entry(_revision, resource.GroupResource, before, stored, stored));
        return stored;
    }

    private KubeObject Remove(ResourceType resource, KubeObject last, KubeObject? before = null)
    {
        var tree = last.ToTree();
        FakeObjects.Metadata(tree)["resourceVersion"] = (++_revision).ToString(CultureInfo.InvariantCulture);
        var final = FakeObjects.Finish(tree);
        _objects.Remove((resource.GroupResource, last.Header.Key));
        Publish(new Entry(_revision, resource.GroupResource, before ?? last, null, final));
        return final;
    }

    private void Publish(Entry change)
    {
        _history.Add(change);
        foreach (var watch in _watches)
            watch.Writer.TryWrite(change);
    }

    private sealed record Entry(long Revision, string Resource, KubeObject? Before, KubeObject? After, KubeObject Last);
}
