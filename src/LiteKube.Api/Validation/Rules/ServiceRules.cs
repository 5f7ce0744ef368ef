using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

internal static class ServiceRules
{
    private const string Headless = "None";

    public static void Spec(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var type = spec.String("type");
        var ip = ClusterIp(spec);
        var ports = spec.Array("ports");
        if (ports is null or { Count: 0 } && ip != Headless && type != "ExternalName")
            errors.Add(FieldError.Required(path.Child("ports")));
        if (ip == Headless && (type is "NodePort" or "LoadBalancer"))
            errors.Add(FieldError.Invalid(path.Child("clusterIPs").Index(0), ip, $"may not be set to 'None' for {type} services"));
        else if (ip is { Length: > 0 } and not Headless && type != "ExternalName")
            FieldRules.Ip(errors, ip, path.Child("clusterIPs").Index(0));
        if (type == "ExternalName")
        {
            if (ip is { Length: > 0 })
                errors.Add(FieldError.Forbidden(path.Child("clusterIPs"), "may not be set when `type` is 'ExternalName'"));
            if (spec.String("externalName") is { Length: > 0 } external)
                errors.Check(path.Child("externalName"), external, NameRules.DnsSubdomain(external.TrimEnd('.')));
            else
                errors.Add(FieldError.Required(path.Child("externalName")));
        }

        Ports(errors, spec, type, path.Child("ports"));
        MetadataRules.Labels(errors, spec.Object("selector"), path.Child("selector"));
        for (var i = 0; i < spec.Array("externalIPs")?.Count; i++)
            FieldRules.Ip(errors, spec.Array("externalIPs")![i].AsString() ?? "", path.Child("externalIPs").Index(i));
        for (var i = 0; i < spec.Array("loadBalancerSourceRanges")?.Count; i++)
            FieldRules.Cidr(errors, spec.Array("loadBalancerSourceRanges")![i].AsString()?.Trim() ?? "", path.Child("loadBalancerSourceRanges").Index(i));
        if (spec.Object("sessionAffinityConfig").Object("clientIP").Long("timeoutSeconds") is { } timeout and not (> 0 and <= 86400))
            errors.Add(FieldError.Invalid(path.Child("sessionAffinityConfig", "clientIP").Child("timeoutSeconds"), timeout, "must be greater than 0 and less than 86400"));
        var isExternal = type is "NodePort" or "LoadBalancer" || type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 };
        if (spec.String("externalTrafficPolicy") is { Length: > 0 } policy && !isExternal)
            errors.Add(FieldError.Invalid(path.Child("externalTrafficPolicy"), policy, "may only be set for externally-accessible services"));
        if (spec.Has("allocateLoadBalancerNodePorts") && type != "LoadBalancer")
            errors.Add(FieldError.Forbidden(path.Child("allocateLoadBalancerNodePorts"), "may only be used when `type` is 'LoadBalancer'"));
    }

    /// <summary>An address once given stays, unless the type moves to or from one that has none.</summary>
    public static void Update(FieldErrors errors, JsonObject service, JsonObject old)
    {
        var spec = service.Object("spec");
        var oldSpec = old.Object("spec");
        var before = ClusterIp(oldSpec);
        if (string.IsNullOrEmpty(before) || spec.String("type") == "ExternalName" || oldSpec.String("type") == "ExternalName")
            return;
        if (ClusterIp(spec) != before)
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("spec", "clusterIPs").Index(0), spec?["clusterIPs"] ?? spec?["clusterIP"], "may not change once set"));
    }

    private static string? ClusterIp(JsonObject? spec) =>
        spec.String("clusterIP") is { Length: > 0 } ip ? ip : spec.Array("clusterIPs") is { Count: > 0 } ips ? ips[0].AsString() : null;

    private static void Ports(FieldErrors errors, JsonObject spec, string? type, FieldPath path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(long, string?)>();
        var nodePorts = new HashSet<(long, string?)>();
        var several = spec.Array("ports")?.Count > 1;
        foreach (var (i, port) in spec.Items("ports"))
        {
            var at = path.Index(i);
            var name = port.String("name") ?? "";
            if (name.Length == 0)
            {
                if (several)
                    errors.Add(FieldError.Required(at.Child("name")));
            }
            else
            {
                errors.Check(at.Child("name"), name, NameRules.DnsLabel(name));
                if (!names.Add(name))
                    errors.Add(FieldError.Duplicate(at.Child("name"), name));
            }

            var protocol = port.String("protocol");
            errors.Range(at.Child("port"), port.Long("port") ?? 0, 1, 65535);
            FieldRules.Port(errors, port["targetPort"], at.Child("targetPort"));
            if (!numbers.Add((port.Long("port") ?? 0, protocol)))
                errors.Add(FieldError.Duplicate(at, new JsonObject { ["port"] = port.Long("port"), ["protocol"] = protocol }));
            if (port.Long("nodePort") is not { } nodePort || nodePort == 0)
                continue;
            errors.Range(at.Child("nodePort"), nodePort, 1, 65535);
            if (type is not ("NodePort" or "LoadBalancer"))
                errors.Add(FieldError.Forbidden(at.Child("nodePort"), $"may not be used when `type` is '{type}'"));
            if (!nodePorts.Add((nodePort, protocol)))
                errors.Add(FieldError.Duplicate(at.Child("nodePort"), JsonValue.Create(nodePort)));
        }
    }
}
