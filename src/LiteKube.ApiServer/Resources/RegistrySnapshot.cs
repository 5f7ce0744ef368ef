using System.Collections.Frozen;
using LiteKube.Api;

namespace LiteKube.ApiServer.Resources;

/// <summary>Everything that is served at one moment, by path and by type. Immutable.</summary>
internal sealed class RegistrySnapshot
{
    private readonly FrozenDictionary<string, ServedGroupVersion> _byPath;
    private readonly FrozenDictionary<string, ServedGroupVersion>.AlternateLookup<ReadOnlySpan<char>> _byPathSpan;
    private readonly FrozenDictionary<ResourceType, ServedResource> _byType;

    /// <param name="number">Grows with each snapshot; what is derived from one is kept by it.</param>
    public RegistrySnapshot(long number, IReadOnlyList<ServedResource> resources)
    {
        Number = number;
        Resources = resources;
        _byType = resources.ToFrozenDictionary(r => r.Type);
        Groups = [.. resources.GroupBy(r => (r.Type.Group, r.Type.Version)).Select(g => new ServedGroupVersion(g.Key.Group, g.Key.Version, [.. g]))];
        _byPath = Groups.ToFrozenDictionary(g => g.Path, StringComparer.Ordinal);
        _byPathSpan = _byPath.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public long Number { get; }

    public IReadOnlyList<ServedResource> Resources { get; }

    public IReadOnlyList<ServedGroupVersion> Groups { get; }

    public ServedGroupVersion? GroupVersion(ReadOnlySpan<char> path) => _byPathSpan.TryGetValue(path, out var found) ? found : null;

    public ServedResource? Find(ResourceType type) => _byType.GetValueOrDefault(type);
}
