using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>
/// Whoever writes an Endpoints object by hand, for a Service that selects no pods, gets the slices that the proxy and DNS read. They follow the object and go
/// with it.
/// </summary>
internal sealed class EndpointSliceMirroringController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<EndpointSliceMirroringController>())
{
    private const string ManagedBy = "endpointslicemirroring-controller.k8s.io";
    private const string SkipLabel = "endpointslice.kubernetes.io/skip-mirror";
    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

    private static readonly string[] s_families = ["IPv4", "IPv6"];

    private readonly Informer<Service> _services = context.Informers.Of<Service>();
    private readonly Informer<Endpoints> _endpoints = context.Informers.Of<Endpoints>();
    private readonly Informer<EndpointSlice> _slices = context.Informers.Of<EndpointSlice>();
    private readonly ManagedSlices _ours = new(context, ManagedBy);

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_endpoints, (old, current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString())),
        On(_services, (old, current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString())),
        On(_slices, (old, current) => _ours.Changed(old, current, Queue.Add)),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        var endpoints = _endpoints.Get(key);
        if (endpoints is null)
            _ours.Forget(key);
        else if (!_ours.IsUpToDate(key))
            return;
        var present = _ours.Of(key);
        var diff = new SliceDiff();
        if (endpoints is null || !IsMirrored(endpoints, _services.Get(key)))
            diff.Delete.AddRange(present);
        else
            foreach (var family in s_families)
                Compare(diff, [.. present.Where(s => s.AddressType == family)], endpoints, family);
        await _ours.WriteAsync(key, diff, cancellationToken).ConfigureAwait(false);
    }

    private static void Compare(SliceDiff diff, List<EndpointSlice> present, Endpoints endpoints, string family)
    {
        var wanted = MirrorPlan.For(endpoints, family);
        if (wanted.Count == 0)
            diff.Delete.AddRange(present);
        else
            diff.Add(present, wanted, Template(endpoints, family));
    }

    private static bool IsMirrored(Endpoints endpoints, Service? service) =>
        service is { Spec.Selector.Count: 0 } && service.Metadata.DeletionTimestamp is null && endpoints.Metadata.DeletionTimestamp is null
        && endpoints.Metadata.Labels.GetValueOrDefault(SkipLabel) != "true" && !endpoints.Metadata.Annotations.ContainsKey(LeaderAnnotation);

    private static EndpointSlice Template(Endpoints endpoints, string family)
    {
        var labels = endpoints.Metadata.Labels.ToDictionary(StringComparer.Ordinal);
        labels[ServiceEndpoints.ServiceNameLabel] = endpoints.Metadata.Name!;
        labels[ServiceEndpoints.ManagedByLabel] = ManagedBy;
        return new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                Namespace = endpoints.Metadata.Namespace,
                GenerateName = endpoints.Metadata.Name + "-",
                Labels = labels,
                OwnerReferences = [endpoints.ControllerReference()],
            },
            AddressType = family,
        };
    }
}
