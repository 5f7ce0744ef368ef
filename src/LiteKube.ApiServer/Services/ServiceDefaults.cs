using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Services;

/// <summary>The fields of a Service that follow from its type and its addresses.</summary>
internal static class ServiceDefaults
{
    private static readonly string[] s_addressFields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

    public static void SetClusterIp(JsonObject spec, string address)
    {
        spec["clusterIP"] = address;
        spec["clusterIPs"] = new JsonArray(address);
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec["ipFamilyPolicy"] ??= "SingleStack";
    }

    /// <summary>
    /// An update that leaves out what was allocated keeps it; one that changes the type gives up what the new type has no use for.
    /// </summary>
    public static void Carry(JsonObject spec, JsonObject? old)
    {
        var type = spec.String("type") ?? "ClusterIP";
        if (type == "ExternalName")
        {
            foreach (var field in s_addressFields)
                spec.Remove(field);
            DropNodePorts(spec, old);
            return;
        }

        if (old is null)
            return;
        if (old.String("type") != "ExternalName" && string.IsNullOrEmpty(spec.String("clusterIP")))
        {
            foreach (var field in s_addressFields)
                TreeParts.Copy(old, spec, field);
        }

        if (type is "NodePort" or "LoadBalancer")
            CarryNodePorts(spec, old);
        else
            DropNodePorts(spec, old);
    }

    private static void CarryNodePorts(JsonObject spec, JsonObject old)
    {
        foreach (var port in Ports(spec))
        {
            if (port.Long("nodePort") is > 0)
                continue;
            var before = Ports(old).FirstOrDefault(p => p.Long("port") == port.Long("port") && p.String("protocol") == port.String("protocol"));
            if (before.Long("nodePort") is > 0 and { } held)
                port["nodePort"] = held;
        }

        if (spec.Long("healthCheckNodePort") is null or 0 && spec.String("externalTrafficPolicy") == "Local")
            TreeParts.Copy(old, spec, "healthCheckNodePort");
    }

    /// <summary>Only those that were allocated and not asked for anew; others are an error that validation names.</summary>
    private static void DropNodePorts(JsonObject spec, JsonObject? old)
    {
        foreach (var port in Ports(spec))
        {
            if (old is not null && Ports(old).Any(p => p.Long("nodePort") == port.Long("nodePort")))
                port.Remove("nodePort");
        }

        if (old is not null)
        {
            spec.Remove("healthCheckNodePort");
            if (old.String("type") is "NodePort" or "LoadBalancer" && spec.String("externalTrafficPolicy") == old.String("externalTrafficPolicy"))
                spec.Remove("externalTrafficPolicy");
        }
    }

    private static IEnumerable<JsonObject> Ports(JsonObject spec) => (spec.Array("ports") ?? []).OfType<JsonObject>();
}
