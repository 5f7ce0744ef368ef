using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Quotas;

namespace LiteKube.Admission.Plugins;

/// <summary>A pod that asks for an extended resource tolerates the taint by which nodes that have it are kept for such pods. Off by default.</summary>
internal sealed class ExtendedResourceToleration : IAdmissionPlugin
{
    public string Name => "ExtendedResourceToleration";

    public bool Handles(AdmissionRequest request) => request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && request.Is(Pod.Resource);

    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        var resources = spec.Objects("containers").Concat(spec.Objects("initContainers"))
            .SelectMany(c => (c.Child("resources").Child("requests") ?? []).Select(r => r.Key))
            .Where(name => QuotaNames.IsExtended(QuotaNames.RequestsPrefix + name))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        foreach (var resource in resources)
        {
            var tolerations = spec.GrowList("tolerations");
            if (!tolerations.OfType<JsonObject>().Any(t => t.Text("key") == resource && t.Text("operator") == "Exists" && t.Text("effect") is null or "NoSchedule"))
                tolerations.Append(new JsonObject { ["key"] = resource, ["operator"] = "Exists", ["effect"] = "NoSchedule" });
        }

        return ValueTask.CompletedTask;
    }
}
