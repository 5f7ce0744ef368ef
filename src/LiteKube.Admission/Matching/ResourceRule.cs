using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;

namespace LiteKube.Admission.Matching;

/// <summary>One rule of a webhook or policy: which operations on which resources it is about. <c>*</c> stands for all in every list.</summary>
public sealed class ResourceRule
{
    private readonly string[] _operations;
    private readonly string[] _groups;
    private readonly string[] _versions;
    private readonly (string Resource, string Subresource)[] _resources;
    private readonly string[] _names;
    private readonly string? _scope;

    private ResourceRule(
        IReadOnlyList<string> operations, IReadOnlyList<string> groups, IReadOnlyList<string> versions, IReadOnlyList<string> resources, string? scope, IReadOnlyList<string> names)
    {
        _operations = [.. operations];
        _groups = [.. groups];
        _versions = [.. versions];
        _resources = [.. resources.Select(Split)];
        _scope = scope is null or "" or "*" ? null : scope;
        _names = [.. names];
    }

    public static ResourceRule Of(RuleWithOperations rule) => new(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope, []);

    public static ResourceRule Of(NamedRuleWithOperations rule) => new(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope, rule.ResourceNames);

    /// <summary>Whether the request is of this rule, taken as one for <paramref name="resource"/>: the one asked for, or an equivalent.</summary>
    public bool Matches(AdmissionRequest request, ResourceType resource) =>
        Has(_operations, OperationOf(request.Operation)) && MatchesScope(request, resource) && Has(_groups, resource.Group) && Has(_versions, resource.Version)
        && MatchesResource(resource.Plural, request.Subresource) && (_names.Length == 0 || Array.IndexOf(_names, request.Name) >= 0);

    /// <summary>An operation as rules and AdmissionReviews name it.</summary>
    public static string OperationOf(AdmissionOperation operation) => operation switch
    {
        AdmissionOperation.Create => "CREATE",
        AdmissionOperation.Update => "UPDATE",
        AdmissionOperation.Delete => "DELETE",
        _ => "CONNECT",
    };

    private static bool Has(string[] allowed, string value)
    {
        foreach (var one in allowed)
        {
            if (one == "*" || one == value)
                return true;
        }

        return false;
    }

    private static (string Resource, string Subresource) Split(string resource)
    {
        var slash = resource.IndexOf('/');
        return slash < 0 ? (resource, "") : (resource[..slash], resource[(slash + 1)..]);
    }

    // A request for a namespace carries its name as namespace, and yet is for a cluster-scoped object.
    private bool MatchesScope(AdmissionRequest request, ResourceType resource) => _scope switch
    {
        null => true,
        "Namespaced" => request.Namespace.Length > 0 && !IsNamespace(resource),
        "Cluster" => request.Namespace.Length == 0 || IsNamespace(resource),
        _ => false,
    };

    private bool MatchesResource(string plural, string subresource)
    {
        foreach (var (resource, sub) in _resources)
        {
            if ((resource == "*" || resource == plural) && (sub == "*" || sub == subresource))
                return true;
        }

        return false;
    }

    private static bool IsNamespace(ResourceType resource) => resource is { Group: "", Plural: "namespaces" };
}
