using LiteKube.Api.Flowcontrol.V1;

namespace LiteKube.ApiServer.Flow;

/// <summary>All FlowSchemas in the order they are asked. Immutable; the levels they lead to live on from table to table.</summary>
internal sealed class FlowTable
{
    private readonly FlowRule[] _rules;

    private FlowTable(FlowRule[] rules, FlowVersions versions)
    {
        _rules = rules;
        Versions = versions;
    }

    public FlowVersions Versions { get; }

    public IReadOnlyList<FlowRule> Rules => _rules;

    public static FlowTable Of(IEnumerable<FlowSchema> schemas, IReadOnlyDictionary<string, PriorityLevel> levels, FlowVersions versions) => new(
        [
            .. schemas
                .OrderBy(s => s.Spec.MatchingPrecedence).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal)
                .Where(s => levels.ContainsKey(s.Spec.PriorityLevelConfiguration.Name))
                .Select(s => new FlowRule(s, levels[s.Spec.PriorityLevelConfiguration.Name])),
        ],
        versions);

    public FlowRule Find(in FlowRequest request)
    {
        foreach (var rule in _rules)
        {
            if (FlowMatcher.Matches(rule.Schema, request))
                return rule;
        }

        // The mandatory catch-all is always among the rules, and last; it is for whoever is in neither of its groups too.
        return _rules[^1];
    }
}

internal readonly record struct FlowVersions(long Schemas, long Levels);
