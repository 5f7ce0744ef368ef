using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Node.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>A pod with a runtime class takes over what the class costs and where it can run.</summary>
internal sealed class RuntimeClassPlugin(IObjectReader objects) : IAdmissionPlugin
{
    public string Name => "RuntimeClass";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Is(Pod.Resource);

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        if (await ClassAsync(request, cancellationToken) is not { } runtime)
            return;
        if (runtime.Overhead is { PodFixed.Count: > 0 } overhead)
        {
            if (spec.Child("overhead") is { Count: > 0 } own && !SameOverhead(own, overhead.PodFixed))
                throw Denial.Of(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            var fixedCost = new JsonObject();
            foreach (var (resource, amount) in overhead.PodFixed)
                fixedCost[resource] = amount.ToString();
            spec["overhead"] = fixedCost;
        }

        if (runtime.Scheduling is { } scheduling)
            Schedule(request, spec, scheduling);
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var runtime = await ClassAsync(request, cancellationToken);
        if (request.Object.Child("spec").Child("overhead") is { Count: > 0 } && runtime?.Overhead is not { PodFixed.Count: > 0 })
            throw Denial.Of(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }

    private async ValueTask<RuntimeClass?> ClassAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Object.Child("spec").Text("runtimeClassName") is not { } name)
            return null;
        var found = await objects.GetAsync(RuntimeClass.Resource, null, name, cancellationToken);
        return found?.As<RuntimeClass>() ?? throw Denial.Of(request, $"pod rejected: RuntimeClass \"{name}\" not found");
    }

    private static void Schedule(AdmissionRequest request, JsonObject spec, Scheduling scheduling)
    {
        if (scheduling.NodeSelector.Count > 0)
        {
            var selector = spec.Grow("nodeSelector");
            foreach (var (key, value) in scheduling.NodeSelector)
            {
                if (selector.Text(key) is { } own && own != value)
                    throw Denial.Of(request, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
                selector[key] = value;
            }
        }

        foreach (var toleration in scheduling.Tolerations)
        {
            var wanted = (JsonObject)JsonNode.Parse(toleration.ToString())!;
            if (!spec.Objects("tolerations").Any(t => JsonNode.DeepEquals(t, wanted)))
                spec.GrowList("tolerations").Append(wanted);
        }
    }

    private static bool SameOverhead(JsonObject own, IReadOnlyDictionary<string, Quantity> fixedCost) =>
        own.Count == fixedCost.Count && fixedCost.All(f => own.Text(f.Key) is { } text && Quantity.TryParse(text, out var amount) && amount.Equals(f.Value));
}
