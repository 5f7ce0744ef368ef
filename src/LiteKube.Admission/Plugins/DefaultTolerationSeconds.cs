using System.Text.Json.Nodes;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>A pod stays a while on a node that is not ready or cannot be reached, unless it says itself how long.</summary>
internal sealed class DefaultTolerationSeconds(AdmissionOptions options) : IAdmissionPlugin
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";
    private const string NoExecute = "NoExecute";

    public string Name => "DefaultTolerationSeconds";

    public bool Handles(AdmissionRequest request) => request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && request.Is(Pod.Resource);

    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var spec = request.Object!.Grow("spec");
        Tolerate(spec, NotReady, options.NotReadyTolerationSeconds);
        Tolerate(spec, Unreachable, options.UnreachableTolerationSeconds);
        return ValueTask.CompletedTask;
    }

    private static void Tolerate(JsonObject spec, string taint, long seconds)
    {
        if (spec.Objects("tolerations").Any(t => Covers(t, taint)))
            return;
        spec.GrowList("tolerations").Append(new JsonObject { ["key"] = taint, ["operator"] = "Exists", ["effect"] = NoExecute, ["tolerationSeconds"] = seconds });
    }

    private static bool Covers(JsonObject toleration, string taint) =>
        (toleration.Text("key") is not { } key || key == taint) && (toleration.Text("effect") is not { } effect || effect == NoExecute);
}
