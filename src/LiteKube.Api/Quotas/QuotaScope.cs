using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Api.Quotas;

/// <summary>Which objects a quota with scopes is about. (https://kubernetes.io/docs/concepts/policy/resource-quotas/#quota-scopes)</summary>
public static class QuotaScope
{
    private static readonly string[] s_affinities = ["podAffinity", "podAntiAffinity"];

    /// <summary>Whether all scopes of the quota hold for the object. Without scopes they do.</summary>
    public static bool Matches(ResourceQuotaSpec quota, ResourceType resource, JsonObject value)
    {
        foreach (var scope in quota.Scopes)
        {
            if (!Holds(new ScopedResourceSelectorRequirement { ScopeName = scope, Operator = "Exists" }, resource, value))
                return false;
        }

        foreach (var requirement in quota.ScopeSelector?.MatchExpressions ?? [])
        {
            if (!Holds(requirement, resource, value))
                return false;
        }

        return true;
    }

    private static bool Holds(ScopedResourceSelectorRequirement requirement, ResourceType resource, JsonObject value)
    {
        var spec = value.Object("spec");
        if (resource.GroupResource == "persistentvolumeclaims")
            return requirement.ScopeName == "VolumeAttributesClass" && Selects(requirement, spec.String("volumeAttributesClassName"));
        if (resource.GroupResource != "pods")
            return false;
        return requirement.ScopeName switch
        {
            "Terminating" => IsTerminating(spec),
            "NotTerminating" => !IsTerminating(spec),
            "BestEffort" => PodQos.Of(spec) == PodQos.BestEffort,
            "NotBestEffort" => PodQos.Of(spec) != PodQos.BestEffort,
            "PriorityClass" => Selects(requirement, spec.String("priorityClassName")),
            "CrossNamespacePodAffinity" => CrossesNamespaces(spec),
            _ => false,
        };
    }

    private static bool IsTerminating(JsonObject? spec) => spec.Long("activeDeadlineSeconds") is >= 0;

    private static bool Selects(ScopedResourceSelectorRequirement requirement, string? actual)
    {
        var present = !string.IsNullOrEmpty(actual);
        return requirement.Operator switch
        {
            "Exists" => present,
            "DoesNotExist" => !present,
            "In" => present && requirement.Values.Contains(actual!),
            "NotIn" => !present || !requirement.Values.Contains(actual!),
            _ => false,
        };
    }

    private static bool CrossesNamespaces(JsonObject? spec)
    {
        foreach (var kind in s_affinities)
        {
            var affinity = spec.Object("affinity").Object(kind);
            var terms = Items(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
                .Concat(Items(affinity, "preferredDuringSchedulingIgnoredDuringExecution").Select(p => p.Object("podAffinityTerm")).OfType<JsonObject>());
            if (terms.Any(t => t.Array("namespaces") is { Count: > 0 } || t.Object("namespaceSelector") is not null))
                return true;
        }

        return false;
    }

    private static IEnumerable<JsonObject> Items(JsonObject? owner, string name) => owner.Array(name)?.OfType<JsonObject>() ?? [];
}
