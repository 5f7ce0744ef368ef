using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Ingresses, network policies and endpoint slices.</summary>
internal static class NetworkingRules
{
    private const int MaxEndpoints = 1000;
    private const int MaxPorts = 20000;

    public static void Ingress(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec.Array("rules") is null or { Count: 0 } && !spec.Has("defaultBackend"))
            errors.Add(FieldError.Invalid(path, spec.Array("rules") ?? [], "either `defaultBackend` or `rules` must be specified"));
        if (spec.String("ingressClassName") is { } name)
            errors.Check(path.Child("ingressClassName"), name, NameRules.DnsSubdomain(name));
        foreach (var (i, rule) in spec.Items("rules"))
            if (rule.String("host") is { Length: > 0 } host)
                Host(errors, host, path.Child("rules").Index(i).Child("host"));
        foreach (var (i, tls) in spec.Items("tls"))
            for (var h = 0; h < tls.Array("hosts")?.Count; h++)
                Host(errors, tls.Array("hosts")![h].AsString() ?? "", path.Child("tls").Index(i).Child("hosts").Index(h));
    }

    public static void IngressPath(FieldErrors errors, JsonObject value, FieldPath path)
    {
        var text = value.String("path") ?? "";
        var type = value.String("pathType");
        if (string.IsNullOrEmpty(type))
            errors.Add(FieldError.Required(path.Child("pathType"), "pathType must be specified"));
        if (type is "Exact" or "Prefix" || text.Length > 0)
        {
            if (!text.StartsWith('/'))
                errors.Add(FieldError.Invalid(path.Child("path"), text, "must be an absolute path"));
            foreach (var part in type is "Exact" or "Prefix" ? (ReadOnlySpan<string>)["//", "/./", "/../", "%2f", "%2F"] : [])
                if (text.Contains(part, StringComparison.Ordinal))
                    errors.Add(FieldError.Invalid(path.Child("path"), text, $"must not contain '{part}'"));
        }
    }

    public static void IngressBackend(FieldErrors errors, JsonObject backend, FieldPath path)
    {
        var service = backend.Object("service");
        if (service is not null && backend.Has("resource"))
            errors.Add(FieldError.Invalid(path, "", "cannot set both resource and service backends"));
        if (service is null && !backend.Has("resource"))
            errors.Add(FieldError.Required(path, "port name or number is required"));
        if (service is null)
            return;
        if (service.String("name") is { Length: > 0 } name)
            errors.Check(path.Child("service", "name"), name, NameRules.Dns1035Label(name));
        var at = path.Child("service", "port");
        var portName = service.Object("port").String("name") ?? "";
        var number = service.Object("port").Long("number") ?? 0;
        if (portName.Length > 0 && number != 0)
            errors.Add(FieldError.Invalid(at, "", "cannot set both port name & port number"));
        else if (portName.Length > 0)
            errors.Check(at.Child("name"), portName, NameRules.PortName(portName));
        else if (number != 0)
            errors.Range(at.Child("number"), number, 1, 65535);
        else
            errors.Add(FieldError.Required(at, "port name or number is required"));
    }

    public static void PolicyPort(FieldErrors errors, JsonObject port, FieldPath path)
    {
        FieldRules.Port(errors, port["port"], path.Child("port"));
        if (port.Long("endPort") is not { } end)
            return;
        if (port["port"].AsLong() is not { } first)
            errors.Add(FieldError.Invalid(path.Child("endPort"), end, port["port"] is null ? "may not be specified when `port` is not specified" : "may not be specified when `port` is non-numeric"));
        else if (end < first)
            errors.Add(FieldError.Invalid(path.Child("endPort"), end, "must be greater than or equal to `port`"));
        else
            errors.Range(path.Child("endPort"), end, 1, 65535);
    }

    public static void PolicyPeer(FieldErrors errors, JsonObject peer, FieldPath path)
    {
        var selectors = peer.Has("podSelector") || peer.Has("namespaceSelector");
        if (!selectors && !peer.Has("ipBlock"))
            errors.Add(FieldError.Required(path, "must specify a peer"));
        else if (selectors && peer.Has("ipBlock"))
            errors.Add(FieldError.Forbidden(path, "may not specify both ipBlock and another peer"));
    }

    public static void IpBlock(FieldErrors errors, JsonObject block, FieldPath path)
    {
        if (block.String("cidr") is { Length: > 0 } cidr)
            FieldRules.Cidr(errors, cidr, path.Child("cidr"));
        for (var i = 0; i < block.Array("except")?.Count; i++)
            FieldRules.Cidr(errors, block.Array("except")![i].AsString() ?? "", path.Child("except").Index(i));
    }

    public static void EndpointSlice(FieldErrors errors, JsonObject slice, FieldPath path)
    {
        var type = slice.String("addressType");
        if (slice.Array("endpoints")?.Count > MaxEndpoints)
            errors.Add(FieldError.TooMany(path.Child("endpoints"), slice.Array("endpoints")!.Count, MaxEndpoints));
        foreach (var (i, endpoint) in slice.Items("endpoints"))
            for (var a = 0; a < endpoint.Array("addresses")?.Count; a++)
            {
                var address = endpoint.Array("addresses")![a].AsString() ?? "";
                var at = path.Child("endpoints").Index(i).Child("addresses").Index(a);
                if (type == "FQDN")
                    errors.Check(at, address, NameRules.DnsSubdomain(address));
                else
                    FieldRules.Ip(errors, address, at);
            }

        if (slice.Array("ports")?.Count > MaxPorts)
            errors.Add(FieldError.TooMany(path.Child("ports"), slice.Array("ports")!.Count, MaxPorts));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, port) in slice.Items("ports"))
        {
            var name = port.String("name") ?? "";
            var at = path.Child("ports").Index(i);
            if (name.Length > 0)
                errors.Check(at.Child("name"), name, NameRules.DnsLabel(name));
            if (!names.Add(name))
                errors.Add(FieldError.Duplicate(at.Child("name"), name));
            errors.Range(at.Child("port"), port.Long("port"), 1, 65535);
        }
    }

    public static void UpdateEndpointSlice(FieldErrors errors, JsonObject slice, JsonObject old) =>
        FieldRules.Unchanged(errors, slice, old, FieldPath.Root, "addressType");

    private static void Host(FieldErrors errors, string host, FieldPath path)
    {
        if (FieldRules.IsIp(host))
            errors.Add(FieldError.Invalid(path, host, "must be a DNS name, not an IP address"));
        else
            errors.Check(path, host, host.Contains('*') ? NameRules.WildcardSubdomain(host) : NameRules.DnsSubdomain(host));
    }
}
