using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>Pods, their templates and containers.</summary>
internal static class PodDefaults
{
    private static readonly string[] s_containerLists = ["containers", "initContainers"];

    /// <summary>Templates get these too.</summary>
    public static void PodSpec(JsonObject spec)
    {
        // Two names of one field.
        var account = spec.String("serviceAccountName") is { Length: > 0 } name ? name : spec.String("serviceAccount");
        if (string.IsNullOrEmpty(account))
            return;
        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
    }

    /// <summary>Only pods themselves get these, not templates.</summary>
    public static void Pod(JsonObject pod)
    {
        if (pod.Object("spec") is not { } spec)
            return;
        var hostNetwork = spec.Bool("hostNetwork") == true;
        foreach (var list in s_containerLists)
            foreach (var item in spec.Array(list) ?? [])
            {
                if (item is not JsonObject container)
                    continue;
                if (container.Object("resources") is { } resources)
                    RequestsFromLimits(resources);
                if (hostNetwork)
                    HostPorts(container);
            }

        PodLevelRequests(spec);
        if (!spec.Has("enableServiceLinks"))
            spec["enableServiceLinks"] = true;
    }

    public static void Container(JsonObject container)
    {
        // Always there as Kubernetes shows it, so that a template that went through a client equals the one it came from.
        container.ObjectOrNew("resources");
        if (string.IsNullOrEmpty(container.String("imagePullPolicy")))
            container["imagePullPolicy"] = PullPolicy(container.String("image"));
    }

    public static void Volume(JsonObject volume)
    {
        if (volume.Object("image") is { } image && string.IsNullOrEmpty(image.String("pullPolicy")))
            image["pullPolicy"] = PullPolicy(image.String("reference"));
        foreach (var (name, value) in volume)
            if (name != "name" && value is not null)
                return;
        volume["emptyDir"] = new JsonObject();
    }

    public static void PodStatus(JsonObject status)
    {
        // podIP is the first of podIPs; whoever sets one need not set the other.
        var ip = status.String("podIP");
        var ips = status.Array("podIPs");
        if (!string.IsNullOrEmpty(ip))
        {
            if (ips is null or { Count: 0 } || (ips[0] as JsonObject)?.String("ip") != ip)
                status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
        }
        else if ((ips is { Count: > 0 } ? ips[0] as JsonObject : null)?.String("ip") is { } first)
        {
            status["podIP"] = first;
        }
    }

    // An image without tag or digest, or with the tag latest, may change under its name.
    private static string PullPolicy(string? image)
    {
        if (image is null || image.Contains('@'))
            return "IfNotPresent";
        var colon = image.LastIndexOf(':');
        return colon < 0 || image.IndexOf('/', colon) >= 0 || image.AsSpan(colon + 1) is "latest" ? "Always" : "IfNotPresent";
    }

    private static void RequestsFromLimits(JsonObject resources)
    {
        if (resources.Object("limits") is not { Count: > 0 } limits)
            return;
        var requests = resources.ObjectOrNew("requests");
        foreach (var (name, value) in limits)
            if (!requests.ContainsKey(name))
                requests[name] = value?.DeepClone();
    }

    private static void HostPorts(JsonObject container)
    {
        foreach (var item in container.Array("ports") ?? [])
            if (item is JsonObject port && port.Long("hostPort") is null or 0)
                port["hostPort"] = port["containerPort"]?.DeepClone();
    }

    // Where a pod has limits of its own, its requests are what its containers ask for together, or else those limits. (KEP-2837)
    private static void PodLevelRequests(JsonObject spec)
    {
        if (spec.Object("resources") is not { } resources || resources.Object("limits") is not { Count: > 0 } limits)
            return;
        var requests = resources.ObjectOrNew("requests");
        foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            if (!requests.ContainsKey(name) && SumOfRequests(spec, name) is { } total)
                requests[name] = total.ToString();
        foreach (var (name, limit) in limits)
            if (!requests.ContainsKey(name))
                requests[name] = limit?.DeepClone();
        if (requests.Count == 0)
            resources.Remove("requests");
    }

    // What runs together: the containers and the sidecars, or one init container with the sidecars before it, whichever is more.
    private static Quantity? SumOfRequests(JsonObject spec, string name)
    {
        Quantity? Of(JsonNode? container) => Quantity.TryParse((container as JsonObject).Object("resources").Object("requests").String(name), out var one) ? one : null;
        var sidecars = Quantity.Zero;
        var start = Quantity.Zero;
        var any = false;
        foreach (var container in spec.Array("initContainers") ?? [])
        {
            if (Of(container) is not { } one)
                continue;
            any = true;
            var sidecar = (container as JsonObject).String("restartPolicy") == "Always";
            start = sidecars + one > start ? sidecars + one : start;
            if (sidecar)
                sidecars += one;
        }

        var total = sidecars;
        foreach (var container in spec.Array("containers") ?? [])
            if (Of(container) is { } one)
            {
                any = true;
                total += one;
            }

        return !any ? null : total > start ? total : start;
    }
}
