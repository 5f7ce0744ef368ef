using LiteKube.ApiServer.Discovery;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>The remotes of one group, the preferred version first.</summary>
internal sealed record RemoteGroup(string Name, int Priority, IReadOnlyList<RemoteApi> Versions)
{
    public static IEnumerable<RemoteGroup> Of(IReadOnlyList<RemoteApi> remotes) => remotes
        .GroupBy(r => r.Group, StringComparer.Ordinal)
        .Select(g => new RemoteGroup(
            g.Key,
            g.Max(r => r.Source.Spec.GroupPriorityMinimum),
            [.. g.OrderByDescending(r => r.Source.Spec.VersionPriority).ThenBy(r => r.Version, VersionPriority.Highest)]))
        .OrderByDescending(g => g.Priority)
        .ThenBy(g => g.Name, StringComparer.Ordinal);
}
