using LiteKube.Api.Codecs;
using LiteKube.Api.Discovery.V1;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>
/// Turns the slices there are into those that should be with few writes: an endpoint stays in the slice it is in, new ones fill slices that have
/// room, and a slice that is left empty goes.
/// </summary>
internal sealed class SliceDiff
{
    public const int MaxEndpoints = 100;

    public List<EndpointSlice> Create { get; } = [];

    public List<EndpointSlice> Update { get; } = [];

    public List<EndpointSlice> Delete { get; } = [];

    /// <param name="present">The slices of one Service and address family.</param>
    /// <param name="template">A slice of that family with the metadata that all should have, without ports and endpoints.</param>
    public void Add(IReadOnlyList<EndpointSlice> present, List<SlicePlan.Group> wanted, EndpointSlice template)
    {
        // An empty slice stands for a Service that has none: it says that somebody looked.
        if (wanted.Count == 0)
            wanted = [new SlicePlan.Group([], [])];
        var byPorts = present.ToLookup(s => SlicePlan.KeyOf(s.Ports));
        var keys = wanted.Select(g => SlicePlan.KeyOf(g.Ports)).ToHashSet(StringComparer.Ordinal);
        foreach (var slices in byPorts.Where(g => !keys.Contains(g.Key)))
            Delete.AddRange(slices);
        foreach (var group in wanted)
            AddGroup([.. byPorts[SlicePlan.KeyOf(group.Ports)]], group, template);
    }

    private void AddGroup(List<EndpointSlice> present, SlicePlan.Group wanted, EndpointSlice template)
    {
        // A pod may have several addresses, but in one family only one that counts; without a pod the address is the identity.
        var left = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (var endpoint in wanted.Endpoints)
            left[IdentityOf(endpoint)] = endpoint;
        var kept = present.Select(s => s.Endpoints.Select(e => left.Remove(IdentityOf(e), out var now) ? now : null).OfType<Endpoint>().ToList()).ToList();
        var rest = new Queue<Endpoint>(wanted.Endpoints.Where(e => left.ContainsKey(IdentityOf(e))));

        // The fullest first, so that half-empty ones have a chance to empty.
        foreach (var endpoints in kept.Where(e => e.Count > 0).OrderByDescending(e => e.Count))
            while (endpoints.Count < MaxEndpoints && rest.TryDequeue(out var next))
                endpoints.Add(next);
        var someKept = kept.Any(e => e.Count > 0);
        for (var i = 0; i < present.Count; i++)
        {
            while (kept[i].Count < MaxEndpoints && rest.TryDequeue(out var next))
                kept[i].Add(next);
            var isPlaceholder = kept[i].Count == 0 && wanted.Endpoints.Count == 0 && !someKept && i == 0;
            if (kept[i].Count == 0 && !isPlaceholder)
                Delete.Add(present[i]);
            else
                UpdateIfChanged(present[i], kept[i], template);
        }

        while (rest.Count > 0)
            Create.Add(template with { Ports = wanted.Ports, Endpoints = [.. Take(rest)] });
        if (present.Count == 0 && wanted.Endpoints.Count == 0)
            Create.Add(template with { Ports = wanted.Ports });
    }

    private void UpdateIfChanged(EndpointSlice present, List<Endpoint> endpoints, EndpointSlice template)
    {
        var sameEndpoints = present.Endpoints.Count == endpoints.Count && present.Endpoints.Zip(endpoints).All(p => JsonText.Same(p.First, p.Second));
        if (sameEndpoints && ServiceEndpoints.SameLabels(present.Metadata.Labels, template.Metadata.Labels))
            return;
        Update.Add(present with { Metadata = present.Metadata with { Labels = template.Metadata.Labels }, Endpoints = endpoints });
    }

    private static IEnumerable<Endpoint> Take(Queue<Endpoint> from)
    {
        for (var i = 0; i < MaxEndpoints && from.TryDequeue(out var next); i++)
            yield return next;
    }

    private static string IdentityOf(Endpoint endpoint) => endpoint.TargetRef?.Uid ?? string.Join(',', endpoint.Addresses);
}
