using LiteKube.Api.Core.V1;

namespace LiteKube.Security.Authorization.Node;

/// <summary>What a pod names that its node must read to run it.</summary>
internal static class PodReferences
{
    public static bool HasSecret(Pod pod, string name)
    {
        var spec = pod.Spec;
        return spec.ImagePullSecrets.Any(s => s.Name == name)
            || spec.Volumes.Any(v => IsSecretOf(v, name))
            || spec.Containers.Any(c => HasSecret(c.Env, c.EnvFrom, name))
            || spec.InitContainers.Any(c => HasSecret(c.Env, c.EnvFrom, name))
            || spec.EphemeralContainers.Any(c => HasSecret(c.Env, c.EnvFrom, name));
    }

    public static bool HasConfigMap(Pod pod, string name)
    {
        var spec = pod.Spec;
        return spec.Volumes.Any(v => v.ConfigMap?.Name == name || (v.Projected?.Sources.Any(s => s.ConfigMap?.Name == name) ?? false))
            || spec.Containers.Any(c => HasConfigMap(c.Env, c.EnvFrom, name))
            || spec.InitContainers.Any(c => HasConfigMap(c.Env, c.EnvFrom, name))
            || spec.EphemeralContainers.Any(c => HasConfigMap(c.Env, c.EnvFrom, name));
    }

    public static bool HasVolumeClaim(Pod pod, string name) =>
        pod.Spec.Volumes.Any(v => v.PersistentVolumeClaim?.ClaimName == name || (v.Ephemeral is not null && $"{pod.Metadata.Name}-{v.Name}" == name));

    public static bool HasResourceClaim(Pod pod, string name) =>
        pod.Spec.ResourceClaims.Any(c => c.ResourceClaimName == name)
        || pod.Status.ResourceClaimStatuses.Any(s => s.ResourceClaimName == name)
        || pod.Status.ExtendedResourceClaimStatus?.ResourceClaimName == name;

    private static bool IsSecretOf(Volume volume, string name) =>
        volume.Secret?.SecretName == name
        || (volume.Projected?.Sources.Any(s => s.Secret?.Name == name) ?? false)
        || volume.AzureFile?.SecretName == name
        || volume.Cephfs?.SecretRef?.Name == name
        || volume.Cinder?.SecretRef?.Name == name
        || volume.Csi?.NodePublishSecretRef?.Name == name
        || volume.FlexVolume?.SecretRef?.Name == name
        || volume.Iscsi?.SecretRef?.Name == name
        || volume.Rbd?.SecretRef?.Name == name
        || volume.ScaleIO?.SecretRef?.Name == name
        || volume.Storageos?.SecretRef?.Name == name;

    private static bool HasSecret(IReadOnlyList<EnvVar> env, IReadOnlyList<EnvFromSource> from, string name) =>
        env.Any(e => e.ValueFrom?.SecretKeyRef?.Name == name) || from.Any(f => f.SecretRef?.Name == name);

    private static bool HasConfigMap(IReadOnlyList<EnvVar> env, IReadOnlyList<EnvFromSource> from, string name) =>
        env.Any(e => e.ValueFrom?.ConfigMapKeyRef?.Name == name) || from.Any(f => f.ConfigMapRef?.Name == name);
}
