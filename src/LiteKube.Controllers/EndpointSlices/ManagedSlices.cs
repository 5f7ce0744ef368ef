using LiteKube.Api.Discovery.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>The slices of one manager, by the Service they are of. What somebody else manages is left alone.</summary>
internal sealed class ManagedSlices(ControllerContext context, string manager)
{
    private readonly InformerIndex<EndpointSlice> _byService = context.Informers.Of<EndpointSlice>().ByService();

    // Slices that were written and have not come back through the informer: until they have, a Service is not looked at again.
    private readonly Expectations _expectations = new(context.Time);

    public bool IsUpToDate(string key) => _expectations.Satisfied(key);

    public void Forget(string key) => _expectations.Forget(key);

    public List<EndpointSlice> Of(string key) =>
        [.. _byService[key].Where(IsOurs).Where(s => s.Metadata.DeletionTimestamp is null).OrderBy(s => s.Metadata.Name, StringComparer.Ordinal)];

    /// <summary>Calls <paramref name="wake"/> with the key of the Service whose slice changed.</summary>
    public void Changed(EndpointSlice? old, EndpointSlice? current, Action<string> wake)
    {
        var slice = (current ?? old)!;
        if (!IsOurs(slice) && !(old is not null && IsOurs(old)))
            return;
        if (!slice.Metadata.Labels.TryGetValue(ServiceEndpoints.ServiceNameLabel, out var name))
            return;
        var key = $"{slice.Metadata.Namespace}/{name}";
        if (old is null)
            _expectations.Created(key);
        wake(key);
    }

    public async ValueTask WriteAsync(string key, SliceDiff diff, CancellationToken cancellationToken)
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

    private bool IsOurs(EndpointSlice slice) => slice.Metadata.Labels.TryGetValue(ServiceEndpoints.ManagedByLabel, out var by) && by == manager;
}
