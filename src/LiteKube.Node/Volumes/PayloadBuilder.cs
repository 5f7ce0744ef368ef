using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;

namespace LiteKube.Node.Volumes;

/// <summary>What is to stand in a pod's configMap, secret, downwardAPI and projected volumes.</summary>
internal sealed class PayloadBuilder(IPodObjects objects, PodTokens tokens, IReadOnlyDictionary<string, Quantity> allocatable)
{
    private const int DefaultMode = 0b110_100_100;
    private const int OwnerOnly = 0b110_000_000;

    /// <summary>Null where the volume is of a kind that is not written by LiteKube.</summary>
    /// <exception cref="VolumeException">Something it refers to is not there.</exception>
    public async ValueTask<VolumePayload?> BuildAsync(Pod pod, Volume volume, CancellationToken cancellationToken)
    {
        var payload = new VolumePayload();
        if (volume.ConfigMap is { } map)
            await AddConfigMapAsync(payload, pod, map.Name, map.Items, map.DefaultMode ?? DefaultMode, map.Optional == true, cancellationToken).ConfigureAwait(false);
        else if (volume.Secret is { } secret)
            await AddSecretAsync(payload, pod, secret.SecretName, secret.Items, secret.DefaultMode ?? DefaultMode, secret.Optional == true, cancellationToken).ConfigureAwait(false);
        else if (volume.DownwardAPI is { } downward)
            AddDownward(payload, pod, downward.Items, downward.DefaultMode ?? DefaultMode);
        else if (volume.Projected is { } projected)
            await AddProjectedAsync(payload, pod, projected, cancellationToken).ConfigureAwait(false);
        else
            return null;
        return payload;
    }

    private async ValueTask AddProjectedAsync(VolumePayload payload, Pod pod, ProjectedVolumeSource projected, CancellationToken cancellationToken)
    {
        var mode = projected.DefaultMode ?? DefaultMode;
        foreach (var source in projected.Sources)
        {
            if (source.ConfigMap is { } map)
            {
                await AddConfigMapAsync(payload, pod, map.Name, map.Items, mode, map.Optional == true, cancellationToken).ConfigureAwait(false);
            }
            else if (source.Secret is { } secret)
            {
                await AddSecretAsync(payload, pod, secret.Name, secret.Items, mode, secret.Optional == true, cancellationToken).ConfigureAwait(false);
            }
            else if (source.DownwardAPI is { } downward)
            {
                AddDownward(payload, pod, downward.Items, mode);
            }
            else if (source.ServiceAccountToken is { } token)
            {
                // A token is for one user or one group only, where the pod says which.
                var user = OneUser(pod);
                var tokenMode = user is not null || pod.Spec.SecurityContext?.FsGroup is not null ? OwnerOnly : mode;
                payload.Put(token.Path, await tokens.GetAsync(pod, token, cancellationToken).ConfigureAwait(false), tokenMode, user);
            }
            else
            {
                throw new VolumeException("a projected source is of a kind that this node does not support");
            }
        }
    }

    private async ValueTask AddConfigMapAsync(VolumePayload payload, Pod pod, string? name, IReadOnlyList<KeyToPath> items, int mode, bool optional, CancellationToken cancellationToken)
    {
        var map = await objects.GetConfigMapAsync(pod.Metadata.Namespace ?? "", name ?? "", cancellationToken).ConfigureAwait(false);
        if (map is not null)
            KeyProjection.Put(payload, KeyProjection.Contents(map), items, mode, optional, "config");
        else if (!optional)
            throw new VolumeException($"configmap \"{name}\" not found");
    }

    private async ValueTask AddSecretAsync(VolumePayload payload, Pod pod, string? name, IReadOnlyList<KeyToPath> items, int mode, bool optional, CancellationToken cancellationToken)
    {
        var secret = await objects.GetSecretAsync(pod.Metadata.Namespace ?? "", name ?? "", cancellationToken).ConfigureAwait(false);
        if (secret is not null)
            KeyProjection.Put(payload, secret.Data, items, mode, optional, "secret");
        else if (!optional)
            throw new VolumeException($"secret \"{name}\" not found");
    }

    private void AddDownward(VolumePayload payload, Pod pod, IReadOnlyList<DownwardAPIVolumeFile> items, int mode)
    {
        foreach (var item in items)
        {
            try
            {
                var text = item.FieldRef is { } field ? DownwardField.Read(pod, field.FieldPath, PodAddresses.None)
                    : item.ResourceFieldRef is { } resource ? DownwardResource.Read(pod, null, resource, allocatable)
                    : "";
                payload.Put(item.Path, Encoding.UTF8.GetBytes(text), item.Mode ?? mode);
            }
            catch (ContainerConfigException e)
            {
                throw new VolumeException(e.Message, e);
            }
        }
    }

    /// <summary>The user as whom every container runs, where they all say the same.</summary>
    private static long? OneUser(Pod pod)
    {
        long? user = null;
        foreach (var container in pod.Spec.InitContainers.Concat(pod.Spec.Containers))
        {
            var own = container.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser;
            if (own is null || (user is not null && user != own))
                return null;
            user = own;
        }

        return user;
    }
}
