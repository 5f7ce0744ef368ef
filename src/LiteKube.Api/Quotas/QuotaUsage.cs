using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Quotas;

/// <summary>What one object adds to the use of a quota, by name.</summary>
public static class QuotaUsage
{
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    public static Dictionary<string, Quantity> Of(ResourceType resource, JsonObject value, DateTimeOffset now)
    {
        var one = Quantity.FromValue(1);
        var usage = new Dictionary<string, Quantity>(StringComparer.Ordinal) { [QuotaNames.CountOf(resource)] = one };
        switch (resource.GroupResource)
        {
            case "pods":
                // Finished pods are objects, but hold nothing.
                if (!IsOver(value, now))
                    OfPod(usage, value.Object("spec"));
                break;
            case "services":
                OfService(usage, value.Object("spec"));
                break;
            case "persistentvolumeclaims":
                OfClaim(usage, value);
                break;
            case "configmaps" or "secrets" or "resourcequotas" or "replicationcontrollers":
                usage[resource.Plural] = one;
                break;
        }

        return usage;
    }

    /// <summary>What a pod's containers must say because a quota limits it: <c>must specify limits.cpu for: a,b; memory for: a</c>; null where they say it all.</summary>
    public static string? Unspecified(JsonObject pod, IEnumerable<string> limited)
    {
        var required = limited.Where(n => n is "cpu" or "memory" or "requests.cpu" or "requests.memory" or "limits.cpu" or "limits.memory").ToHashSet(StringComparer.Ordinal);
        if (required.Count == 0)
            return null;
        var spec = pod.Object("spec");
        var wholePod = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        Compute(wholePod, PodAmounts.Read(spec.Object("resources").Object("requests")), PodAmounts.Read(spec.Object("resources").Object("limits")));
        required.ExceptWith(wholePod.Keys);
        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var container in PodAmounts.Containers(spec, "containers").Concat(PodAmounts.Containers(spec, "initContainers")))
        {
            var own = new Dictionary<string, Quantity>(StringComparer.Ordinal);
            Compute(own, PodAmounts.Read(container.Object("resources").Object("requests")), PodAmounts.Read(container.Object("resources").Object("limits")));
            foreach (var name in required.Where(n => !own.ContainsKey(n)))
            {
                if (!missing.TryGetValue(name, out var containers))
                    missing[name] = containers = new SortedSet<string>(StringComparer.Ordinal);
                containers.Add(container.String("name") ?? "");
            }
        }

        return missing.Count == 0 ? null : $"must specify {string.Join("; ", missing.Select(m => $"{m.Key} for: {string.Join(',', m.Value)}"))}";
    }

    private static bool IsOver(JsonObject pod, DateTimeOffset now)
    {
        if (pod.Object("status").String("phase") is "Succeeded" or "Failed")
            return true;
        var metadata = pod.Object("metadata");
        return metadata.String("deletionTimestamp") is { } text && metadata.Long("deletionGracePeriodSeconds") is { } grace
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var deleted) && now > deleted + TimeSpan.FromSeconds(grace);
    }

    private static void OfPod(Dictionary<string, Quantity> usage, JsonObject? spec)
    {
        usage["pods"] = Quantity.FromValue(1);
        Compute(usage, PodAmounts.OfPod(spec, "requests"), PodAmounts.OfPod(spec, "limits"));
    }

    private static void Compute(Dictionary<string, Quantity> usage, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits)
    {
        foreach (var (name, amount) in requests)
        {
            if (name is "cpu" or "memory" or "ephemeral-storage" || name.StartsWith(QuotaNames.HugePages, StringComparison.Ordinal))
            {
                usage[name] = amount;
                usage[QuotaNames.RequestsPrefix + name] = amount;
            }
            else if (QuotaNames.IsExtended(QuotaNames.RequestsPrefix + name))
            {
                usage[QuotaNames.RequestsPrefix + name] = amount;
            }
        }

        foreach (var (name, amount) in limits)
        {
            if (name is "cpu" or "memory" or "ephemeral-storage")
                usage["limits." + name] = amount;
        }
    }

    private static void OfService(Dictionary<string, Quantity> usage, JsonObject? spec)
    {
        var ports = spec.Array("ports")?.OfType<JsonObject>().ToList() ?? [];
        var type = spec.String("type");
        var nodePorts = type switch
        {
            "NodePort" => ports.Count,
            "LoadBalancer" => spec.Bool("allocateLoadBalancerNodePorts") == false ? ports.Count(p => p.Long("nodePort") is > 0) : ports.Count,
            _ => 0,
        };
        usage["services"] = Quantity.FromValue(1);
        usage["services.nodeports"] = Quantity.FromValue(nodePorts);
        usage["services.loadbalancers"] = Quantity.FromValue(type == "LoadBalancer" ? 1 : 0);
    }

    private static void OfClaim(Dictionary<string, Quantity> usage, JsonObject claim)
    {
        var one = Quantity.FromValue(1);
        var spec = claim.Object("spec");
        usage["persistentvolumeclaims"] = one;
        var storageClass = claim.Object("metadata").Object("annotations").String(ClassAnnotation) ?? spec.String("storageClassName");
        if (!string.IsNullOrEmpty(storageClass))
            usage[$"{storageClass}{QuotaNames.StorageClassInfix}persistentvolumeclaims"] = one;
        if (!Quantity.TryParse(spec.Object("resources").Object("requests").String("storage"), out var storage))
            return;
        // While a claim grows, what it has been given already counts.
        if (Quantity.TryParse(claim.Object("status").Object("allocatedResources").String("storage"), out var allocated) && allocated > storage)
            storage = allocated;
        usage["requests.storage"] = storage;
        if (!string.IsNullOrEmpty(storageClass))
            usage[$"{storageClass}{QuotaNames.StorageClassInfix}requests.storage"] = storage;
    }
}
