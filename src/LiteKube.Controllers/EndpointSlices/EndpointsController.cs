using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>The older form of the same: one Endpoints object a Service, for clients that still read it.</summary>
internal sealed class EndpointsController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<EndpointsController>())
{
    private const int MaxAddresses = 1000;
    private const string ManagedBy = "endpoint-controller";
    private const string OverCapacity = "endpoints.kubernetes.io/over-capacity";

    private readonly Informer<Service> _services = context.Informers.Of<Service>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly Informer<Endpoints> _endpoints = context.Informers.Of<Endpoints>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_services, (old, current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString())),
        On(_pods, (old, current) => ServiceWatcher.PodChanged(_services, old, current, Queue.Add)),
        On(_endpoints, (old, current) =>
        {
            // Somebody deleted or changed ours.
            if (old is not null && IsOurs(old))
                Queue.Add(old.Metadata.KeyOf().ToString());
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        var place = ObjectKey.Parse(key);
        var present = _endpoints.Get(key);
        if (_services.Get(key) is not { } service)
        {
            if (present is not null && IsOurs(present))
                await context.Client.TryDeleteAsync(Endpoints.Resource, place.Namespace, place.Name, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!service.SelectsPods() || service.Metadata.DeletionTimestamp is not null)
            return;
        var selector = LabelMatcher.Of(service.Spec.Selector);
        var pods = _pods.ListIn(place.Namespace).Where(p => selector.Matches(p.Metadata.Labels)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal);
        var subsets = EndpointSubsets.Of(service, pods, MaxAddresses, out var truncated);
        var labels = ServiceEndpoints.LabelsFrom(service);
        labels[ServiceEndpoints.EndpointsManagedByLabel] = ManagedBy;
        if (present is not null && ServiceEndpoints.SameLabels(present.Metadata.Labels, labels) && Same(present.Subsets, subsets) && present.Metadata.Annotations.ContainsKey(OverCapacity) == truncated)
            return;

        var annotations = (present?.Metadata.Annotations ?? new Dictionary<string, string>()).Where(a => a.Key != OverCapacity).ToDictionary(StringComparer.Ordinal);
        if (truncated)
            annotations[OverCapacity] = "truncated";
        if (present is null)
        {
            var created = new Endpoints { Metadata = new ObjectMeta { Namespace = place.Namespace, Name = place.Name, Labels = labels, Annotations = annotations }, Subsets = subsets };
            await context.Client.CreateUnlessTerminatingAsync(created, cancellationToken).ConfigureAwait(false);
            return;
        }

        await context.Client.UpdateAsync(present with { Metadata = present.Metadata with { Labels = labels, Annotations = annotations }, Subsets = subsets }, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOurs(Endpoints endpoints) => endpoints.Metadata.Labels.TryGetValue(ServiceEndpoints.EndpointsManagedByLabel, out var manager) && manager == ManagedBy;

    private static bool Same(IReadOnlyList<EndpointSubset> left, IReadOnlyList<EndpointSubset> right) =>
        left.Count == right.Count && left.Zip(right).All(p => JsonText.Same(p.First, p.Second));
}
