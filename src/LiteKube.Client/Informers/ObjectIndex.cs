using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>A further way to look up a cache. Guarded by the lock of the cache that owns it.</summary>
internal sealed class ObjectIndex(Func<KubeObject, IEnumerable<string>> keysOf)
{
    private readonly Dictionary<string, Dictionary<string, KubeObject>> _entries = new(StringComparer.Ordinal);

    public IReadOnlyCollection<KubeObject> Get(string value) => _entries.TryGetValue(value, out var objects) ? objects.Values : [];

    public void Replace(string key, KubeObject? old, KubeObject? current)
    {
        if (old is not null)
        {
            foreach (var value in keysOf(old))
            {
                if (_entries.TryGetValue(value, out var objects) && objects.Remove(key) && objects.Count == 0)
                    _entries.Remove(value);
            }
        }

        if (current is null)
            return;
        foreach (var value in keysOf(current))
        {
            if (!_entries.TryGetValue(value, out var objects))
                _entries[value] = objects = new Dictionary<string, KubeObject>(StringComparer.Ordinal);
            objects[key] = current;
        }
    }
}
