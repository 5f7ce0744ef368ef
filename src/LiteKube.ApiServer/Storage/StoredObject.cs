using System.Collections.Immutable;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.ApiServer.Resources;
using LiteKube.Store;

namespace LiteKube.ApiServer.Storage;

/// <summary>
/// What the server derives of one version of one object, made once and kept with the store's entry, so that every list, watcher and in-process
/// informer shares the same bytes and the same parsed views.
/// </summary>
internal sealed class StoredObject
{
    private const int MostForms = 8;

    private readonly StoreEntry _entry;
    private volatile KubeObject? _tombstone;
    private volatile ConvertedObject? _converted;
    private ImmutableArray<ConvertedObject> _forms = [];

    private StoredObject(StoreEntry entry)
    {
        _entry = entry;
        Object = new KubeObject(ObjectJson.WithRevision(entry.Value.Span, entry.ModRevision));
    }

    /// <summary>As stored, at its revision.</summary>
    public KubeObject Object { get; }

    public long Revision => _entry.ModRevision;

    public static StoredObject Of(StoreEntry entry) => entry.View as StoredObject ?? (StoredObject)entry.KeepView(new StoredObject(entry));

    /// <summary>As the resource serves it.</summary>
    public KubeObject As(ServedResource resource)
    {
        if (resource.Custom is { } custom)
            return FormOf(resource) ?? custom.Read(resource, this);
        if (resource.Conversion is null)
            return Object;
        if (_converted is { } ready && ReferenceEquals(ready.Resource, resource))
            return ready.Object;
        var made = new ConvertedObject(resource, Convert(resource, Object));
        _converted = made;
        return made.Object;
    }

    /// <summary>The last state of the object, at the revision of the write that deleted it or took it out of a watcher's selection.</summary>
    public KubeObject Tombstone(ServedResource resource, long revision)
    {
        if (resource.Custom is not null)
        {
            var last = As(resource);
            return new KubeObject(ReferenceEquals(last, Object)
                ? ObjectJson.WithRevision(_entry.Value.Span, revision)
                : ObjectJson.Encode(last.ToTree(), revision.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        // A version has exactly one successor, so one revision is ever asked for.
        var tombstone = _tombstone ??= new KubeObject(ObjectJson.WithRevision(_entry.Value.Span, revision));
        return resource.Conversion is null ? tombstone : Convert(resource, tombstone);
    }

    /// <summary>A fresh tree of the stored form, with its resourceVersion.</summary>
    public JsonObject ToTree() => Object.ToTree();

    /// <summary>A fresh tree of the form that writes to the resource work on, with its resourceVersion.</summary>
    public JsonObject ToTree(ServedResource resource) => resource.Custom is null ? ToTree() : As(resource).ToTree();

    /// <summary>What this object is as one version of a custom resource, where that was made before.</summary>
    public KubeObject? FormOf(ServedResource resource)
    {
        foreach (var form in _forms)
        {
            if (ReferenceEquals(form.Resource, resource))
                return form.Object;
        }

        return null;
    }

    /// <summary>
    /// Keeps what was made for the next reader, the first of what several make at once: others, of which a reader relies on one, must not be pushed out by doubles.
    /// The definition may have changed in the meantime; forms of the last few stay.
    /// </summary>
    public void Keep(ServedResource resource, KubeObject form) => ImmutableInterlocked.Update(
        ref _forms,
        static (forms, made) => forms.Any(f => ReferenceEquals(f.Resource, made.Resource)) ? forms : (forms.Length < MostForms ? forms : forms.RemoveAt(0)).Add(made),
        new ConvertedObject(resource, form));

    public bool HasBytes(ReadOnlySpan<byte> stored) => _entry.Value.Span.SequenceEqual(stored);

    private static KubeObject Convert(ServedResource resource, KubeObject from)
    {
        var tree = from.ToTree();
        resource.Conversion!.ToServed(tree);
        return new KubeObject(ObjectJson.Encode(tree, from.Header.ResourceVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private sealed record ConvertedObject(ServedResource Resource, KubeObject Object);
}
