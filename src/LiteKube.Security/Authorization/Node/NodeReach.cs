using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Resource.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Security.Authorization.Node;

/// <summary>
/// Whether an object is of the world of a node: by a pod bound to it, by a claim of such a pod, by that claim's volume. Asked of the objects as they are;
/// no graph is kept, so that writes of pods cost nothing here and nodes, who ask seldom, pay for what they ask.
/// </summary>
internal sealed class NodeReach(IObjectReader objects)
{
    public async ValueTask<bool> HasAsync(string node, string group, string resource, string ns, string name, CancellationToken cancellationToken)
    {
        switch (group, resource)
        {
            case ("", "pods"):
                return await objects.GetAsync(Pod.Resource, ns, name, cancellationToken) is { } pod && pod.As<Pod>().Spec.NodeName == node;
            case ("", "serviceaccounts"):
                return await AnyPodAsync(node, ns, p => (p.Spec.ServiceAccountName is { Length: > 0 } own ? own : "default") == name, cancellationToken);
            case ("", "secrets"):
                return await AnyPodAsync(node, ns, p => PodReferences.HasSecret(p, name), cancellationToken) || await IsVolumeSecretAsync(node, ns, name, cancellationToken);
            case ("", "configmaps"):
                return await AnyPodAsync(node, ns, p => PodReferences.HasConfigMap(p, name), cancellationToken);
            case ("", "persistentvolumeclaims"):
                return await AnyPodAsync(node, ns, p => PodReferences.HasVolumeClaim(p, name), cancellationToken);
            case ("resource.k8s.io", "resourceclaims"):
                return await AnyPodAsync(node, ns, p => PodReferences.HasResourceClaim(p, name), cancellationToken);
            case ("", "persistentvolumes"):
                return await objects.GetAsync(PersistentVolume.Resource, null, name, cancellationToken) is { } volume && await IsClaimedAsync(node, volume.As<PersistentVolume>(), cancellationToken);
            case ("storage.k8s.io", "volumeattachments"):
                return await objects.GetAsync(VolumeAttachment.Resource, null, name, cancellationToken) is { } attachment && attachment.As<VolumeAttachment>().Spec.NodeName == node;
            case ("resource.k8s.io", "resourceslices"):
                return await objects.GetAsync(ResourceSlice.Resource, null, name, cancellationToken) is { } slice && slice.As<ResourceSlice>().Spec.NodeName == node;
            default:
                return false;
        }
    }

    private async ValueTask<bool> AnyPodAsync(string node, string ns, Func<Pod, bool> refers, CancellationToken cancellationToken)
    {
        foreach (var item in await objects.ListAsync(Pod.Resource, ns, cancellationToken))
        {
            var pod = item.As<Pod>();
            // A mirror pod shows what the node runs already, and gives it nothing more.
            if (pod.Spec.NodeName == node && !pod.Metadata.Annotations.ContainsKey("kubernetes.io/config.mirror") && refers(pod))
                return true;
        }

        return false;
    }

    private async ValueTask<bool> IsClaimedAsync(string node, PersistentVolume volume, CancellationToken cancellationToken) =>
        volume.Spec.ClaimRef is { Namespace: { } ns, Name: { } claim } && await AnyPodAsync(node, ns, p => PodReferences.HasVolumeClaim(p, claim), cancellationToken);

    private async ValueTask<bool> IsVolumeSecretAsync(string node, string ns, string name, CancellationToken cancellationToken)
    {
        foreach (var item in await objects.ListAsync(PersistentVolume.Resource, null, cancellationToken))
        {
            var volume = item.As<PersistentVolume>();
            if (VolumeSecrets.Of(volume.Spec).Any(s => s.Name == name && (s.Namespace is { Length: > 0 } own ? own : volume.Spec.ClaimRef?.Namespace) == ns)
                && await IsClaimedAsync(node, volume, cancellationToken))
                return true;
        }

        return false;
    }
}
