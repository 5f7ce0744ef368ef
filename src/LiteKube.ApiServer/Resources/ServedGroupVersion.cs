using System.Collections.Frozen;

namespace LiteKube.ApiServer.Resources;

internal sealed class ServedGroupVersion
{
    private readonly FrozenDictionary<string, ServedResource> _byPlural;
    private readonly FrozenDictionary<string, ServedResource>.AlternateLookup<ReadOnlySpan<char>> _byPluralSpan;

    public ServedGroupVersion(string group, string version, IReadOnlyList<ServedResource> resources)
    {
        Group = group;
        Version = version;
        Resources = resources;
        _byPlural = resources.ToFrozenDictionary(r => r.Type.Plural, StringComparer.Ordinal);
        _byPluralSpan = _byPlural.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Group { get; }

    public string Version { get; }

    public IReadOnlyList<ServedResource> Resources { get; }

    public string Path => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public ServedResource? Find(ReadOnlySpan<char> plural) => _byPluralSpan.TryGetValue(plural, out var found) ? found : null;
}
