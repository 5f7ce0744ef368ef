using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Gives new claims and volumes the finalizer by which they stay while something uses them; controllers take it away.</summary>
internal sealed class StorageObjectInUseProtection : IAdmissionPlugin
{
    public string Name => "StorageObjectInUseProtection";

    public bool Handles(AdmissionRequest request) =>
        request.Operation == AdmissionOperation.Create && (request.Is(PersistentVolumeClaim.Resource) || request.Is(PersistentVolume.Resource));

    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var finalizer = request.Resource == PersistentVolume.Resource ? "kubernetes.io/pv-protection" : "kubernetes.io/pvc-protection";
        var finalizers = request.Object!.Grow("metadata").GrowList("finalizers");
        if (!finalizers.Any(f => f.AsString() == finalizer))
            finalizers.Append(JsonValue.Create(finalizer));
        return ValueTask.CompletedTask;
    }
}
