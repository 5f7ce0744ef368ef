using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Garbage;

/// <summary>Follows the objects of every custom kind for as long as its definition is served.</summary>
/// <param name="informers">Where their informers come from.</param>
/// <param name="changed">Told of every object's changes; of one that is gone once.</param>
/// <param name="synced">Told when all objects of a kind are known, and when there are none any more.</param>
internal sealed class FollowedKinds(InformerFactory informers, Action<ResourceType, KubeObject?, KubeObject?> changed, Action<ResourceType> synced) : IDisposable
{
    private const int MostFormer = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);

    /// <summary>What was known of kinds that are not served just now, or come back under another version. Nobody has said that it is gone.</summary>
    private readonly Dictionary<string, Left> _left = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Group, string Kind), string> _former = [];

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
        Left? gone = null;
        lock (_gate)
        {
            if (_followed.GetValueOrDefault(name) is { } followed)
            {
                if (followed.Resource == wanted)
                    return;
                _followed.Remove(name);
                _left[name] = new Left(followed.Resource, followed.Subscription.End());
                informers.Forget(followed.Informer);
            }

            if (wanted is not null)
            {
                _left.Remove(name, out var left);
                var informer = informers.Of(wanted);
                var subscription = informer.Subscribe((before, now) => changed(wanted, before, now));
                _ = TellAsync(informer, wanted, left?.Objects ?? []);
                _followed.Add(name, new Followed(wanted, informer, subscription));
            }
            else if (current is null)
            {
                _left.Remove(name, out gone);
            }

            Note(name, (current ?? old)!.Spec, isGone: current is null);
        }

        // A definition goes after its objects: that their ends were not heard any more means nothing.
        foreach (var one in gone?.Objects ?? [])
            changed(gone!.Resource, one, null);
        if (current is null && CustomKinds.Of(old!) is { } former)
            synced(former);
    }

    /// <summary>The name of the definition that a kind had, where it has been deleted.</summary>
    public string? FormerDefinition(string apiVersion, string kind)
    {
        lock (_gate)
            return _former.GetValueOrDefault((apiVersion.Split('/')[0], kind));
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

    private void Note(string name, CustomResourceDefinitionSpec spec, bool isGone)
    {
        var kind = (spec.Group ?? "", spec.Names.Kind ?? "");
        if (!isGone)
            _former.Remove(kind);
        else if (_former.Count < MostFormer || _former.ContainsKey(kind))
            _former[kind] = name;
    }

    /// <param name="left">What was there under the version followed before.</param>
    private async Task TellAsync(ObjectInformer informer, ResourceType resource, IReadOnlyList<KubeObject> left)
    {
        await informer.HasSynced.ConfigureAwait(false);
        foreach (var one in left)
            if (informer.Get(one.Header.Key)?.Header.Uid != one.Header.Uid)
                changed(resource, one, null);
        synced(resource);
    }

    private sealed record Followed(ResourceType Resource, ObjectInformer Informer, InformerSubscription Subscription);

    private sealed record Left(ResourceType Resource, IReadOnlyList<KubeObject> Objects);
}
