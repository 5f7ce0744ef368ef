using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

internal static class ServiceDefaults
{
    private const long AffinitySeconds = 10800;

    public static void ServiceSpec(JsonObject spec)
    {
        if (string.IsNullOrEmpty(spec.String("type")))
            spec["type"] = "ClusterIP";
        if (string.IsNullOrEmpty(spec.String("sessionAffinity")))
            spec["sessionAffinity"] = "None";
        if (spec.String("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }
        else if (spec.String("sessionAffinity") == "ClientIP")
        {
            var clientIp = spec.ObjectOrNew("sessionAffinityConfig").ObjectOrNew("clientIP");
            if (!clientIp.Has("timeoutSeconds"))
                clientIp["timeoutSeconds"] = AffinitySeconds;
        }

        foreach (var item in spec.Array("ports") ?? [])
            if (item is JsonObject port && IsZero(port["targetPort"]))
                port["targetPort"] = port["port"]?.DeepClone();

        var type = spec.String("type");
        var external = type is "NodePort" or "LoadBalancer";
        if ((external || type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 }) && string.IsNullOrEmpty(spec.String("externalTrafficPolicy")))
            spec["externalTrafficPolicy"] = "Cluster";
        if (!spec.Has("internalTrafficPolicy") && (external || type == "ClusterIP"))
            spec["internalTrafficPolicy"] = "Cluster";
        if (type == "LoadBalancer" && !spec.Has("allocateLoadBalancerNodePorts"))
            spec["allocateLoadBalancerNodePorts"] = true;
    }

    public static void Service(JsonObject service)
    {
        if (service.Object("spec").String("type") != "LoadBalancer")
            return;
        foreach (var item in service.Object("status").Object("loadBalancer").Array("ingress") ?? [])
            if (item is JsonObject ingress && ingress.String("ip") is { Length: > 0 } && !ingress.Has("ipMode"))
                ingress["ipMode"] = "VIP";
    }

    private static bool IsZero(JsonNode? port) => port is null || port.AsLong() == 0 || port.AsString() is "";
}
