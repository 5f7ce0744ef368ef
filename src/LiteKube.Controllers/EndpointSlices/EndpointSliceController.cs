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
    private readonly InformerIndex<EndpointSlice> _slicesByService = context.Informers.Of<EndpointSlice>().ByService();

    // Slices that were written and have not come back through the informer: until they have, a Service is not looked at again.
    private readonly Expectations _expectations = new(context.Time);

    protected override int Workers => 4;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_services, (old, current) => Queue.Add((current ?? old)!.Metadata.KeyOf().ToString())),
        On(_pods, (old, current) => ServiceWatcher.PodChanged(_services, old, current, Queue.Add)),
        On(_slices, SliceChanged),
        _nodes.HasSynced,
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        // Slices of a Service that is gone go with it: it owns them.
        if (_services.Get(key) is not { } service)
        {
            _expectations.Forget(key);
            return;
        }

        if (!service.SelectsPods() || service.Metadata.DeletionTimestamp is not null || !_expectations.Satisfied(key))
            return;
        var selector = LabelMatcher.Of(service.Spec.Selector);
        var pods = _pods.ListIn(service.Metadata.Namespace!).Where(p => selector.Matches(p.Metadata.Labels)).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        var present = _slicesByService[key].Where(IsOurs).Where(s => s.Metadata.DeletionTimestamp is null).OrderBy(s => s.Metadata.Name, StringComparer.Ordinal).ToList();
        IReadOnlyList<string> families = service.Spec.IpFamilies.Count > 0 ? service.Spec.IpFamilies : ["IPv4"];
        var diff = new SliceDiff();
        foreach (var family in families)
            diff.Add([.. present.Where(s => s.AddressType == family)], SlicePlan.For(service, family, pods, ZoneOf), Template(service, family));
        diff.Delete.AddRange(present.Where(s => !families.Contains(s.AddressType)));
        await WriteAsync(key, diff, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(string key, SliceDiff diff, CancellationToken cancellationToken)
    {
        _expectations.ExpectCreations(key, diff.Create.Count);
        var done = 0;
        try
        {
            foreach (var slice in diff.Create)
            {
                await context.Client.CreateAsync(slice, cancellationToken).ConfigureAwait(false);
                done++;
            }
        }
        catch (Api.ApiException e) when (e.IsNamespaceTerminating())
        {
            return;
        }
        finally
        {
            for (; done < diff.Create.Count; done++)
                _expectations.Created(key);
        }

        foreach (var slice in diff.Update)
            await context.Client.UpdateAsync(slice, cancellationToken).ConfigureAwait(false);
        foreach (var slice in diff.Delete)
            await context.Client.TryDeleteAsync(EndpointSlice.Resource, slice.Metadata.Namespace, slice.Metadata.Name!, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private void SliceChanged(EndpointSlice? old, EndpointSlice? current)
    {
        var slice = (current ?? old)!;
        if (!IsOurs(slice) && !(old is not null && IsOurs(old)))
            return;
        if (!slice.Metadata.Labels.TryGetValue(ServiceEndpoints.ServiceNameLabel, out var name))
            return;
        var key = $"{slice.Metadata.Namespace}/{name}";
        if (old is null)
            _expectations.Created(key);
        Queue.Add(key);
    }

    private static bool IsOurs(EndpointSlice slice) => slice.Metadata.Labels.TryGetValue(ServiceEndpoints.ManagedByLabel, out var manager) && manager == ManagedBy;

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
