using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>A named index of an informer: pods by node, slices by service …</summary>
public sealed class InformerIndex<T> where T : class, IKubeObject<T>
{
    private readonly ObjectCache _cache;
    private readonly string _name;

    internal InformerIndex(ObjectCache cache, string name)
    {
        _cache = cache;
        _name = name;
    }

    public IReadOnlyList<T> this[string value] => Informer<T>.Typed(_cache.Get(_name, value));
}
