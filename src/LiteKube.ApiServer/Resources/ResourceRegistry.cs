using System.Collections.Frozen;
using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Resources;

/// <summary>Everything that is served, by path. Immutable: whoever adds kinds at run time swaps the whole.</summary>
internal sealed class ResourceRegistry
{
    private readonly FrozenDictionary<string, ServedGroupVersion> _byPath;
    private readonly FrozenDictionary<string, ServedGroupVersion>.AlternateLookup<ReadOnlySpan<char>> _byPathSpan;
    private readonly FrozenDictionary<ResourceType, ServedResource> _byType;

    public ResourceRegistry(ApiSchema schema, KindStrategies strategies)
    {
        var served = new Dictionary<ResourceType, ServedResource>();
        foreach (var kind in schema.Kinds)
        {
            if (SharedStorage.Of(kind.Resource) is null)
                served.Add(kind.Resource, new ServedResource(kind, strategies.For(kind)));
        }

        foreach (var kind in schema.Kinds)
        {
            if (SharedStorage.Of(kind.Resource) is { } shared)
                served.Add(kind.Resource, new ServedResource(kind, strategies.For(kind), served[shared.Storage], shared.Conversion));
        }

        Resources = [.. schema.Kinds.Select(k => served[k.Resource])];
        _byType = served.ToFrozenDictionary();
        Groups = [.. Resources.GroupBy(r => (r.Type.Group, r.Type.Version)).Select(g => new ServedGroupVersion(g.Key.Group, g.Key.Version, [.. g]))];
        _byPath = Groups.ToFrozenDictionary(g => g.Path, StringComparer.Ordinal);
        _byPathSpan = _byPath.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyList<ServedResource> Resources { get; }

    public IReadOnlyList<ServedGroupVersion> Groups { get; }

    /// <summary>By <c>/api/v1</c> or <c>/apis/apps/v1</c>.</summary>
    public ServedGroupVersion? GroupVersion(ReadOnlySpan<char> path) => _byPathSpan.TryGetValue(path, out var found) ? found : null;

    public ServedResource? Find(ResourceType type) => _byType.GetValueOrDefault(type);

    public ServedResource Get(ResourceType type) => Find(type) ?? throw new ApiException(StatusReason.NotFound, "the server could not find the requested resource");
}
