using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Admission.Matching;

/// <summary>Matches requests against the criteria of webhooks and policies.</summary>
public sealed class ResourceMatcher(IObjectReader objects, IResourceForms forms)
{
    /// <summary>Null where the request is not one of those.</summary>
    /// <exception cref="ApiException">NotFound: the namespace is not there, and its labels decide.</exception>
    public async ValueTask<ResourceMatch?> MatchAsync(AdmissionRequest request, MatchCriteria criteria, CancellationToken cancellationToken)
    {
        // Rules first: they are cheap, and a webhook for other resources must not fail over a namespace that it has no say in.
        if (criteria.Excluded.Count > 0 && Find(request, criteria.Excluded, criteria.Equivalent) is not null)
            return null;
        var match = criteria is { EmptyRulesMatchAll: true, Rules.Count: 0 } ? new ResourceMatch(request.RequestResource) : Find(request, criteria.Rules, criteria.Equivalent);
        if (match is null || !MatchesObject(request, criteria.ObjectSelector))
            return null;
        return await MatchesNamespaceAsync(request, criteria.NamespaceSelector, cancellationToken) ? match : null;
    }

    private ResourceMatch? Find(AdmissionRequest request, IReadOnlyList<ResourceRule> rules, bool equivalent)
    {
        foreach (var rule in rules)
        {
            if (rule.Matches(request, request.RequestResource))
                return new ResourceMatch(request.RequestResource);
        }

        if (!equivalent || rules.Count == 0)
            return null;
        var others = forms.EquivalentsOf(request.RequestResource);
        foreach (var rule in rules)
        {
            foreach (var other in others)
            {
                if (other != request.RequestResource && rule.Matches(request, other))
                    return new ResourceMatch(other);
            }
        }

        return null;
    }

    private static bool MatchesObject(AdmissionRequest request, LabelMatcher selector) =>
        selector.IsEverything
        || (request.Object is not null && selector.Matches(LabelsOf(request.Object)))
        || (request.OldObject is not null && selector.Matches(LabelsOf(request.OldObject)));

    private async ValueTask<bool> MatchesNamespaceAsync(AdmissionRequest request, LabelMatcher selector, CancellationToken cancellationToken)
    {
        if (selector.IsEverything)
            return true;
        var ofNamespace = request.RequestResource is { Group: "", Plural: "namespaces" };
        if (request.Namespace.Length == 0 && !ofNamespace)
            return true;
        if (ofNamespace && request.Subresource.Length == 0 && request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && request.Object is not null)
            return selector.Matches(LabelsOf(request.Object));
        var found = await objects.GetAsync(Namespace.Resource, null, request.Namespace, cancellationToken) ?? throw ApiException.NotFound(Namespace.Resource, request.Namespace);
        return selector.Matches(found.Header.Labels);
    }

    private static Dictionary<string, string> LabelsOf(JsonObject tree)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tree.Labels())
            labels[key] = value?.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : "";
        return labels;
    }
}
