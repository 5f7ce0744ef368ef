using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>Horizontal pod autoscalers. (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior)</summary>
internal static class AutoscalingDefaults
{
    public static void Spec(JsonObject spec)
    {
        if (spec.Array("metrics") is null or { Count: 0 })
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80 } },
            });
    }

    public static void Behavior(JsonObject behavior)
    {
        var up = behavior.ObjectOrNew("scaleUp");
        if (!up.Has("stabilizationWindowSeconds"))
            up["stabilizationWindowSeconds"] = 0;
        Rules(up, Policy("Pods", 4), Policy("Percent", 100));
        Rules(behavior.ObjectOrNew("scaleDown"), Policy("Percent", 100));
    }

    private static void Rules(JsonObject rules, params JsonNode[] policies)
    {
        if (!rules.Has("selectPolicy"))
            rules["selectPolicy"] = "Max";
        if (!rules.Has("policies"))
            rules["policies"] = new JsonArray(policies);
    }

    private static JsonObject Policy(string type, int value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15 };
}
