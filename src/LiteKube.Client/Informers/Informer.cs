using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>
/// A live, shared copy of all objects of a type that pass a filter. Get one from <see cref="InformerFactory"/>; it starts with its first user
/// and runs until the factory stops.
/// </summary>
public sealed class Informer<T> : IObjectCache<T> where T : class, IKubeObject<T>
{
    private readonly ObjectInformer _informer;

    internal Informer(ObjectInformer informer) => _informer = informer;

    /// <summary>Done when the first full list is in the cache and every handler subscribed by then was told of it.</summary>
    public Task HasSynced => _informer.HasSynced;

    public int Count => _informer.Cache.Count;

    public T? Get(string key) => _informer.Cache.Get(key)?.As<T>();

    public T? Get(string? ns, string name) => Get(new ObjectKey(ns ?? "", name).ToString());

    public IReadOnlyList<T> List() => Typed(_informer.Cache.List());

    public IReadOnlyList<T> ListIn(string ns) => Typed(_informer.Cache.ListIn(ns));

    /// <summary>Looks up the cache by something other than key. The first function under a name stays; ask with the same one.</summary>
    public InformerIndex<T> Index(string name, Func<T, IEnumerable<string>> keysOf)
    {
        _informer.Cache.AddIndex(name, o => keysOf(o.As<T>()));
        return new InformerIndex<T>(_informer.Cache, name);
    }

    /// <summary>Calls the handler for what is there and for every later change, until disposed.</summary>
    public IDisposable Subscribe(InformerHandler<T> handler) => _informer.Subscribe((old, current) => handler(old?.As<T>(), current?.As<T>()));

    internal static T[] Typed(KubeObject[] objects)
    {
        var result = new T[objects.Length];
        for (var i = 0; i < objects.Length; i++)
            result[i] = objects[i].As<T>();
        return result;
    }
}
