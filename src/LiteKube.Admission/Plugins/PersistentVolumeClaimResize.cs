using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>A claim grows only once bound, and only where its StorageClass says that volumes can.</summary>
internal sealed class PersistentVolumeClaimResize(IObjectReader objects) : IAdmissionPlugin
{
    public string Name => "PersistentVolumeClaimResize";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update && request.Is(PersistentVolumeClaim.Resource);

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var before = request.OldObject.Child("spec");
        var after = request.Object.Child("spec");
        if (!Quantity.TryParse(before.Child("resources").Child("requests").Text("storage"), out var had)
            || !Quantity.TryParse(after.Child("resources").Child("requests").Text("storage"), out var wants) || wants <= had)
            return;
        if (request.OldObject.Child("status").Text("phase") != "Bound")
            throw Denial.Of(request, "Only bound persistent volume claims can be expanded");
        var name = after.Text("storageClassName");
        var storageClass = name is null || name != before.Text("storageClassName") ? null : (await objects.GetAsync(StorageClass.Resource, null, name, cancellationToken))?.As<StorageClass>();
        if (storageClass?.AllowVolumeExpansion != true)
            throw Denial.Of(request, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
    }
}
