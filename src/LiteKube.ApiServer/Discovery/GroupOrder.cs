using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Discovery;

internal sealed record DiscoveryGroup(string Name, IReadOnlyList<ServedGroupVersion> Versions);

/// <summary>The named groups, each with its versions, the preferred one first.</summary>
internal static class GroupOrder
{
    public static IEnumerable<DiscoveryGroup> Of(RegistrySnapshot registry) =>
        registry.Groups.Where(g => g.Group.Length > 0)
            .GroupBy(g => g.Group, StringComparer.Ordinal)
            .Select(g => new DiscoveryGroup(g.Key, [.. g.OrderBy(v => v.Version, VersionPriority.Highest)]));
}
