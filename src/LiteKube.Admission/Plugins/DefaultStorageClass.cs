using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>A claim that names no storage class gets the default one: of several, the newest.</summary>
internal sealed class DefaultStorageClass(IObjectReader objects) : IAdmissionPlugin
{
    private const string IsDefault = "storageclass.kubernetes.io/is-default-class";
    private const string IsDefaultBeta = "storageclass.beta.kubernetes.io/is-default-class";
    private const string ClassBeta = "volume.beta.kubernetes.io/storage-class";

    public string Name => "DefaultStorageClass";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Is(PersistentVolumeClaim.Resource);

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        // An empty name is a choice: no class.
        if (spec.Has("storageClassName") || request.Object.Annotations().ContainsKey(ClassBeta))
            return;
        var newest = (await objects.ListAsync(StorageClass.Resource, null, cancellationToken))
            .Select(c => c.As<StorageClass>())
            .Where(c => c.Metadata.Annotations.GetValueOrDefault(IsDefault) == "true" || c.Metadata.Annotations.GetValueOrDefault(IsDefaultBeta) == "true")
            .OrderByDescending(c => c.Metadata.CreationTimestamp)
            .ThenBy(c => c.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (newest is not null)
            spec["storageClassName"] = newest.Metadata.Name;
    }
}
