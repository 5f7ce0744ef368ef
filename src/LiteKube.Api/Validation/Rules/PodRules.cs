using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What holds between the parts of a pod's spec.</summary>
internal static partial class PodRules
{
    private const int MaxNameservers = 3;
    private const int MaxSearches = 32;
    private const string SysctlPattern = @"^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

    public static void PodTemplate(FieldErrors errors, JsonObject template, FieldPath path)
    {
        MetadataRules.Labels(errors, template.Object("metadata").Object("labels"), path.Child("metadata", "labels"));
        MetadataRules.Annotations(errors, template.Object("metadata").Object("annotations"), path.Child("metadata", "annotations"));
        if (template.Object("spec") is null)
            errors.Add(FieldError.Required(path.Child("spec", "containers")));
        if (template.Object("spec").Array("ephemeralContainers") is { Count: > 0 })
            errors.Add(FieldError.Forbidden(path.Child("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template"));
    }

    public static void PodSpec(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var volumes = UniqueNames(errors, spec, "volumes", path, []);
        var containers = UniqueNames(errors, spec, "containers", path, []);
        UniqueNames(errors, spec, "initContainers", path, containers);
        UniqueNames(errors, spec, "ephemeralContainers", path, containers);
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"])
            foreach (var (i, container) in spec.Items(list))
                ContainerRules.References(errors, container, volumes, path.Child(list).Index(i));
        foreach (var (i, container) in spec.Items("containers"))
            ProbeRules.Probes(errors, container, path.Child("containers").Index(i));
        foreach (var (i, container) in spec.Items("initContainers"))
            ContainerRules.InitContainer(errors, container, path.Child("initContainers").Index(i));
        HostPorts(errors, spec, path);
        Dns(errors, spec, path);
        Names(errors, spec, path);

        if (spec.Bool("shareProcessNamespace") == true && spec.Bool("hostPID") == true)
            errors.Add(FieldError.Invalid(path.Child("shareProcessNamespace"), spec["shareProcessNamespace"], "ShareProcessNamespace and HostPID cannot both be enabled"));
        if (spec.Object("securityContext") is { } security)
        {
            ContainerRules.RunAs(errors, security, path.Child("securityContext"));
            Sysctls(errors, security, path.Child("securityContext", "sysctls"));
        }

        foreach (var (i, alias) in spec.Items("hostAliases"))
        {
            FieldRules.Ip(errors, alias.String("ip") ?? "", path.Child("hostAliases").Index(i).Child("ip"));
            for (var h = 0; h < alias.Array("hostnames")?.Count; h++)
            {
                var name = alias.Array("hostnames")![h].AsString() ?? "";
                errors.Check(path.Child("hostAliases").Index(i).Child("hostnames").Index(h), name, NameRules.DnsSubdomain(name));
            }
        }

        foreach (var (i, gate) in spec.Items("readinessGates"))
            errors.Check(path.Child("readinessGates").Index(i).Child("conditionType"), gate.String("conditionType") ?? "", NameRules.QualifiedName(gate.String("conditionType")));
        UniqueNames(errors, spec, "schedulingGates", path, []);
        MetadataRules.Labels(errors, spec.Object("nodeSelector"), path.Child("nodeSelector"));
    }

    private static HashSet<string> UniqueNames(FieldErrors errors, JsonObject spec, string list, FieldPath path, HashSet<string> known)
    {
        foreach (var (i, item) in spec.Items(list))
        {
            var name = item.String("name") ?? "";
            var at = path.Child(list).Index(i).Child("name");
            if (name.Length == 0)
                errors.Add(FieldError.Required(at));
            else
                errors.Check(at, name, list == "schedulingGates" ? NameRules.QualifiedName(name) : NameRules.DnsLabel(name));
            if (name.Length > 0 && !known.Add(name))
                errors.Add(FieldError.Duplicate(at, name));
        }

        return known;
    }

    private static void Sysctls(FieldErrors errors, JsonObject security, FieldPath path)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, sysctl) in security.Items("sysctls"))
        {
            var name = sysctl.String("name") ?? "";
            var at = path.Index(i).Child("name");
            if (name.Length == 0)
                errors.Add(FieldError.Required(at));
            else if (name.Length > NameRules.SubdomainMax || !SysctlName().IsMatch(name))
                errors.Add(FieldError.Invalid(at, name, $"must have at most {NameRules.SubdomainMax} characters and match regex {SysctlPattern}"));
            else if (!known.Add(name.Replace('/', '.')))
                errors.Add(FieldError.Duplicate(at, name));
        }
    }

    // A port of the host belongs to one container.
    private static void HostPorts(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var hostNetwork = spec.Bool("hostNetwork") == true;
        foreach (var (i, container) in spec.Items("containers"))
            foreach (var (p, port) in container.Items("ports"))
            {
                if (port.Long("hostPort") is not { } hostPort || hostPort == 0)
                    continue;
                var at = path.Child("containers").Index(i).Child("ports").Index(p).Child("hostPort");
                var key = $"{port.String("protocol")}/{port.String("hostIP")}/{hostPort}";
                if (!taken.Add(key))
                    errors.Add(FieldError.Duplicate(at, key));
                if (hostNetwork && hostPort != port.Long("containerPort"))
                    errors.Add(FieldError.Invalid(at, hostPort, "must match `containerPort` when `hostNetwork` is true"));
            }
    }

    private static void Dns(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var config = spec.Object("dnsConfig");
        var at = path.Child("dnsConfig");
        var servers = config.Array("nameservers");
        if (spec.String("dnsPolicy") == "None")
        {
            if (config is null)
                errors.Add(FieldError.Required(at, "must provide `dnsConfig` when `dnsPolicy` is None"));
            else if (servers is null or { Count: 0 })
                errors.Add(FieldError.Required(at.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None"));
        }

        if (servers?.Count > MaxNameservers)
            errors.Add(FieldError.Invalid(at.Child("nameservers"), servers, $"must not have more than {MaxNameservers} nameservers"));
        for (var i = 0; i < servers?.Count; i++)
            FieldRules.Ip(errors, servers[i].AsString() ?? "", at.Child("nameservers").Index(i));
        if (config.Array("searches") is { Count: > MaxSearches } searches)
            errors.Add(FieldError.Invalid(at.Child("searches"), searches, $"must not have more than {MaxSearches} search paths"));
        foreach (var (i, option) in config.Items("options"))
            if (string.IsNullOrEmpty(option.String("name")))
                errors.Add(FieldError.Required(at.Child("options").Index(i), "must not be empty"));
    }

    private static void Names(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["serviceAccountName", "nodeName", "runtimeClassName", "priorityClassName"])
            if (spec.String(name) is { Length: > 0 } value)
                errors.Check(path.Child(name), value, NameRules.DnsSubdomain(value));
        foreach (var name in (ReadOnlySpan<string>)["hostname", "subdomain"])
            if (spec.String(name) is { Length: > 0 } value)
                errors.Check(path.Child(name), value, NameRules.DnsLabel(value));
        foreach (var (i, secret) in spec.Items("imagePullSecrets"))
            if (string.IsNullOrEmpty(secret.String("name")))
                errors.Add(FieldError.Required(path.Child("imagePullSecrets").Index(i).Child("name")));
    }

    [GeneratedRegex(SysctlPattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SysctlName();
}
