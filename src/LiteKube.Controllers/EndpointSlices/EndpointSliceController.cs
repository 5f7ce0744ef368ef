using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>Writes for each Service with a selector which pods stand behind it. Slices that somebody else manages are left alone.</summary>
internal sealed class EndpointSliceController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<EndpointSliceController>())
{
    private const string ManagedBy = "endpointslice-controller.k8s.io";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    private readonly Informer<Service> _services = context.Informers.Of<Service>();
    private readonly Informer<Pod> _pods = context.Informers.Of<Pod>();
    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();
    private readonly Informer<EndpointSlice> _slices = context.Informers.Of<EndpointSlice>();
    private readonly ManagedSlices _ours = new(context, ManagedBy);

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_services, (old, current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString())),
        On(_pods, (old, current) => ServiceWatcher.PodChanged(_services, old, current, Queue.Add)),
        On(_slices, (old, current) => _ours.Changed(old, current, Queue.Add)),
        _nodes.HasSynced,
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        // Slices of a Service that is gone go with it: it owns them.
        if (_services.Get(key) is not { } service)
        {
            _ours.Forget(key);
            return;
        }

        if (!service.SelectsPods() || service.Metadata.DeletionTimestamp is not null || !_ours.IsUpToDate(key))
            return;
        var selector = LabelMatcher.Of(service.Spec.Selector);
        var pods = _pods.ListIn(service.Metadata.Namespace!).Where(p => selector.Matches(p.Metadata.Labels)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        var present = _ours.Of(key);
        IReadOnlyList<string> families = service.Spec.IpFamilies.Count > 0 ? service.Spec.IpFamilies : ["IPv4"];
        var diff = new SliceDiff();
        foreach (var family in families)
            diff.Add([.. present.Where(s => s.AddressType == family)], SlicePlan.For(service, family, pods, ZoneOf), Template(service, family));
        diff.Delete.AddRange(present.Where(s => !families.Contains(s.AddressType)));
        await _ours.WriteAsync(key, diff, cancellationToken).ConfigureAwait(false);
    }

    private static EndpointSlice Template(Service service, string family)
    {
        var labels = ServiceEndpoints.LabelsFrom(service);
        labels[ServiceEndpoints.ServiceNameLabel] = service.Metadata.Name!;
        labels[ServiceEndpoints.ManagedByLabel] = ManagedBy;
        return new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                Namespace = service.Metadata.Namespace,
                GenerateName = service.Metadata.Name + "-",
                Labels = labels,
                OwnerReferences = [service.ControllerReference()],
            },
            AddressType = family,
        };
    }

    private string? ZoneOf(string node) => _nodes.Get(node)?.Metadata.Labels.GetValueOrDefault(ZoneLabel);
}
