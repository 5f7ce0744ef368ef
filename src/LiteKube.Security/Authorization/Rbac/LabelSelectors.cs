using LiteKube.Api.Meta.V1;

namespace LiteKube.Security.Authorization.Rbac;

/// <summary>The label selectors of aggregation rules.</summary>
internal static class LabelSelectors
{
    /// <summary>A selector without requirements matches nothing here: an aggregation rule must name what it gathers.</summary>
    public static bool Matches(LabelSelector selector, IReadOnlyDictionary<string, string> labels)
    {
        if (selector.MatchLabels.Count == 0 && selector.MatchExpressions.Count == 0)
            return false;
        return selector.MatchLabels.All(want => labels.TryGetValue(want.Key, out var value) && value == want.Value)
            && selector.MatchExpressions.All(want => Matches(want, labels));
    }

    private static bool Matches(LabelSelectorRequirement want, IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(want.Key, out var value);
        return want.Operator switch
        {
            "In" => has && want.Values.Contains(value!),
            "NotIn" => !has || !want.Values.Contains(value!),
            "Exists" => has,
            "DoesNotExist" => !has,
            _ => false,
        };
    }
}
