using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>What an informer holds, as typed objects. Reads never wait and never fail; answers are snapshots.</summary>
public interface IObjectCache<T> where T : class, IKubeObject<T>
{
    int Count { get; }

    /// <param name="key"><c>namespace/name</c>, or <c>name</c> where the kind has no namespace.</param>
    T? Get(string key);

    T? Get(string? ns, string name);

    IReadOnlyList<T> List();

    IReadOnlyList<T> ListIn(string ns);
}
