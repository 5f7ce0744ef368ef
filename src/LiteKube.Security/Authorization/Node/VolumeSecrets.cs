using LiteKube.Api.Core.V1;

namespace LiteKube.Security.Authorization.Node;

/// <summary>The secrets that mounting a volume needs. Those without a namespace are of the claim's.</summary>
internal static class VolumeSecrets
{
    public static IEnumerable<(string? Namespace, string Name)> Of(PersistentVolumeSpec volume)
    {
        if (volume.AzureFile is { SecretName: { } azure } file)
            yield return (file.SecretNamespace, azure);
        SecretReference?[] references =
        [
            volume.Cephfs?.SecretRef, volume.Cinder?.SecretRef, volume.FlexVolume?.SecretRef, volume.Iscsi?.SecretRef, volume.Rbd?.SecretRef, volume.ScaleIO?.SecretRef,
            volume.Csi?.NodePublishSecretRef, volume.Csi?.NodeStageSecretRef, volume.Csi?.NodeExpandSecretRef,
        ];
        foreach (var reference in references)
        {
            if (reference?.Name is { } name)
                yield return (reference.Namespace, name);
        }

        if (volume.Storageos?.SecretRef is { Name: { } storageos } os)
            yield return (os.Namespace, storageos);
    }
}
