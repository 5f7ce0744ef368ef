using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Garbage;

/// <summary>Follows the objects of every custom kind for as long as its definition is served.</summary>
internal sealed class FollowedKinds(InformerFactory informers, Action<ResourceType, KubeObject?, KubeObject?> changed, Action<ResourceType> synced) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);

    /// <summary>Done when the objects of all kinds followed now are known.</summary>
    public Task HasSynced
    {
        get
        {
            lock (_gate)
                return Task.WhenAll(_followed.Values.Select(f => f.Informer.HasSynced));
        }
    }

    public void Changed(CustomResourceDefinition? old, CustomResourceDefinition? current)
    {
        var name = (current ?? old)!.Metadata.Name!;
        var wanted = current is null ? null : CustomKinds.Of(current);
        Followed? gone = null;
        lock (_gate)
        {
            if (_followed.TryGetValue(name, out var followed))
            {
                if (followed.Resource == wanted)
                    return;
                _followed.Remove(name);
                gone = followed;
            }

            if (wanted is not null)
            {
                var informer = informers.Of(wanted);
                _ = TellAsync(informer, wanted);
                _followed.Add(name, new Followed(wanted, informer, informer.Subscribe((before, now) => changed(wanted, before, now))));
            }
        }

        if (gone is not null)
            Leave(gone);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var followed in _followed.Values)
                followed.Subscription.Dispose();
            _followed.Clear();
        }
    }

    private async Task TellAsync(ObjectInformer informer, ResourceType resource)
    {
        await informer.HasSynced.ConfigureAwait(false);
        synced(resource);
    }

    // What the informer still held is no more, or comes back under another version.
    private void Leave(Followed gone)
    {
        gone.Subscription.Dispose();
        informers.Forget(gone.Informer);
        foreach (var left in gone.Informer.List())
            changed(gone.Resource, left, null);
    }

    private sealed record Followed(ResourceType Resource, ObjectInformer Informer, IDisposable Subscription);
}
