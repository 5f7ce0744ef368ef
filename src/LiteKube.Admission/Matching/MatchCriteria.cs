using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Admission.Matching;

/// <summary>Which requests a webhook or a policy wants to see, made ready to match.</summary>
public sealed record MatchCriteria
{
    public required IReadOnlyList<ResourceRule> Rules { get; init; }

    /// <summary>No rules: every resource (policies), not none (webhooks).</summary>
    public bool EmptyRulesMatchAll { get; init; }

    /// <summary>What is left out although a rule names it.</summary>
    public IReadOnlyList<ResourceRule> Excluded { get; init; } = [];

    /// <summary>matchPolicy Equivalent: a request by way of another group or version of the same objects counts.</summary>
    public bool Equivalent { get; init; } = true;

    public LabelMatcher NamespaceSelector { get; init; } = LabelMatcher.Everything;

    public LabelMatcher ObjectSelector { get; init; } = LabelMatcher.Everything;

    public static MatchCriteria Of(MutatingWebhook webhook) => Of(webhook.Rules, webhook.MatchPolicy, webhook.NamespaceSelector, webhook.ObjectSelector);

    public static MatchCriteria Of(ValidatingWebhook webhook) => Of(webhook.Rules, webhook.MatchPolicy, webhook.NamespaceSelector, webhook.ObjectSelector);

    /// <summary>The constraints of a policy or of its binding. Absent, they match everything.</summary>
    public static MatchCriteria Of(MatchResources? resources) => resources is null
        ? new MatchCriteria { Rules = [], EmptyRulesMatchAll = true }
        : new MatchCriteria
        {
            Rules = [.. resources.ResourceRules.Select(ResourceRule.Of)],
            EmptyRulesMatchAll = true,
            Excluded = [.. resources.ExcludeResourceRules.Select(ResourceRule.Of)],
            Equivalent = resources.MatchPolicy != "Exact",
            NamespaceSelector = Selector(resources.NamespaceSelector),
            ObjectSelector = Selector(resources.ObjectSelector),
        };

    private static MatchCriteria Of(IReadOnlyList<RuleWithOperations> rules, string? policy, LabelSelector? namespaces, LabelSelector? objects) => new()
    {
        Rules = [.. rules.Select(ResourceRule.Of)],
        Equivalent = policy != "Exact",
        NamespaceSelector = Selector(namespaces),
        ObjectSelector = Selector(objects),
    };

    // Here an absent selector selects everything: it has an empty one for its default.
    private static LabelMatcher Selector(LabelSelector? selector) => selector is null ? LabelMatcher.Everything : LabelMatcher.Of(selector);
}
