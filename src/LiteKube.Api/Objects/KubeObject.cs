using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api;

/// <summary>
/// One version of one object: its UTF-8 JSON as served, its parsed header, and a typed view made on first use and shared by all readers.
/// Immutable; the server's cache, its watchers and every in-process informer hold the same instance.
/// </summary>
public sealed class KubeObject
{
    private readonly Lock _gate = new();
    private volatile object? _typed;
    private volatile ObjectHeader? _header;

    public KubeObject(ReadOnlyMemory<byte> json, ObjectHeader? header = null)
    {
        Json = json;
        _header = header;
    }

    private KubeObject(ReadOnlyMemory<byte> json, object typed)
        : this(json) => _typed = typed;

    public ReadOnlyMemory<byte> Json { get; }

    public ObjectHeader Header => _header ??= ObjectHeader.Parse(Json.Span);

    public static KubeObject Of<T>(T value) where T : class, IJsonType<T> => new(JsonText.Bytes(value), value);

    /// <summary>The typed view; parsed once for the first type asked for, afresh for any other.</summary>
    public T As<T>() where T : class, IJsonType<T>
    {
        if (_typed is T ready)
            return ready;
        lock (_gate)
        {
            if (_typed is T raced)
                return raced;
            var parsed = JsonText.Parse<T>(Json.Span);
            _typed ??= parsed;
            return parsed;
        }
    }

    /// <summary>A fresh tree that the caller may change.</summary>
    public JsonObject ToTree() => (JsonObject)JsonTree.Trusted(Json.Span)!;

    public override string ToString() => $"{Header.Kind} {Header.Key} @{Header.ResourceVersion}";
}
