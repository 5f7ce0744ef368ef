using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>
/// The newest known version of each object of an informer, with its indexes. Answers are snapshots: arrays that nothing changes afterwards.
/// Over the in-process transport the objects are the server's own.
/// </summary>
internal sealed class ObjectCache
{
    private const string ByNamespace = "namespace";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KubeObject> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ObjectIndex> _indexes = new(StringComparer.Ordinal) { [ByNamespace] = new ObjectIndex(o => [o.Header.Namespace]) };

    public int Count
    {
        get
        {
            lock (_gate)
                return _objects.Count;
        }
    }

    public KubeObject? Get(string key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault(key);
    }

    public KubeObject[] List()
    {
        lock (_gate)
            return [.. _objects.Values];
    }

    public KubeObject[] ListIn(string ns) => Get(ByNamespace, ns);

    public KubeObject[] Get(string index, string value)
    {
        lock (_gate)
            return [.. _indexes[index].Get(value)];
    }

    /// <summary>Adds an index over what is there and what comes; the first of a name stays.</summary>
    public void AddIndex(string name, Func<KubeObject, IEnumerable<string>> keysOf)
    {
        lock (_gate)
        {
            if (_indexes.ContainsKey(name))
                return;
            var index = new ObjectIndex(keysOf);
            foreach (var (key, value) in _objects)
                index.Replace(key, null, value);
            _indexes[name] = index;
        }
    }

    /// <summary>Puts (or, given null, removes) the object under a key. Returns the one before.</summary>
    public KubeObject? Replace(string key, KubeObject? current)
    {
        lock (_gate)
        {
            _objects.TryGetValue(key, out var old);
            if (current is null)
                _objects.Remove(key);
            else
                _objects[key] = current;
            foreach (var index in _indexes.Values)
                index.Replace(key, old, current);
            return old;
        }
    }
}
