using System.Text.Json.Nodes;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>A new node takes no pods until it has been seen ready.</summary>
internal sealed class TaintNodesByCondition : IAdmissionPlugin
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string NoSchedule = "NoSchedule";

    public string Name => "TaintNodesByCondition";

    public bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create && request.Is(Node.Resource);

    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        if (!spec.Objects("taints").Any(t => t.Text("key") == NotReady && t.Text("effect") == NoSchedule))
            spec.GrowList("taints").Append(new JsonObject { ["key"] = NotReady, ["effect"] = NoSchedule });
        return ValueTask.CompletedTask;
    }
}
