namespace LiteKube.Api.Quotas;

/// <summary>The names that a ResourceQuota limits by. (https://kubernetes.io/docs/concepts/policy/resource-quotas/)</summary>
public static class QuotaNames
{
    public const string CountPrefix = "count/";
    public const string RequestsPrefix = "requests.";
    public const string HugePages = "hugepages-";
    public const string StorageClassInfix = ".storageclass.storage.k8s.io/";

    private static readonly HashSet<string> s_compute = new(StringComparer.Ordinal)
    {
        "pods", "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    };

    /// <summary>The quota name that counts all stored objects of a resource: <c>count/deployments.apps</c>.</summary>
    public static string CountOf(ResourceType resource) => CountPrefix + resource.GroupResource;

    /// <summary>Whether objects of that resource are counted under that name.</summary>
    public static bool Counts(ResourceType resource, string name)
    {
        if (name.StartsWith(CountPrefix, StringComparison.Ordinal))
            return name.AsSpan(CountPrefix.Length).SequenceEqual(resource.GroupResource);
        return resource.GroupResource switch
        {
            "pods" => s_compute.Contains(name) || name.StartsWith(HugePages, StringComparison.Ordinal) || name.StartsWith(RequestsPrefix + HugePages, StringComparison.Ordinal) || IsExtended(name),
            "services" => name is "services" or "services.nodeports" or "services.loadbalancers",
            "persistentvolumeclaims" => name is "persistentvolumeclaims" or "requests.storage" || name.Contains(StorageClassInfix, StringComparison.Ordinal),
            "configmaps" or "secrets" or "resourcequotas" or "replicationcontrollers" => name == resource.Plural,
            _ => false,
        };
    }

    /// <summary>The group resource whose objects are counted under a name, or null for a name that nothing here counts.</summary>
    public static string? ResourceOf(string name)
    {
        if (name.StartsWith(CountPrefix, StringComparison.Ordinal))
            return name[CountPrefix.Length..];
        return name switch
        {
            "configmaps" or "secrets" or "resourcequotas" or "replicationcontrollers" or "services" => name,
            "services.nodeports" or "services.loadbalancers" => "services",
            "persistentvolumeclaims" or "requests.storage" => "persistentvolumeclaims",
            _ when name.Contains(StorageClassInfix, StringComparison.Ordinal) => "persistentvolumeclaims",
            _ when s_compute.Contains(name) || name.StartsWith(HugePages, StringComparison.Ordinal) || name.StartsWith(RequestsPrefix, StringComparison.Ordinal) => "pods",
            _ => null,
        };
    }

    /// <summary>Requests of resources that somebody's device plugin offers: <c>requests.example.com/gpu</c>.</summary>
    public static bool IsExtended(string name) =>
        name.StartsWith(RequestsPrefix, StringComparison.Ordinal) && name.Contains('/') && !name.Contains("kubernetes.io/", StringComparison.Ordinal) && !name.Contains(StorageClassInfix, StringComparison.Ordinal);
}
