using LiteKube.Api.CustomResources;
using LiteKube.Cel;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>The rules of one node of a schema and of what is below it; parts without rules are left out.</summary>
internal sealed class RuleNode
{
    private RuleNode(JsonSchema schema, CelType? type)
    {
        Schema = schema;
        Type = type;
        if (type is not null)
            Rules = [.. schema.Rules.Select(r => CompiledRule.Of(r, type))];
        foreach (var (name, property) in schema.Properties)
            if (Of(property, property.IsEmbedded) is { } member)
                Members[name] = member;
        Additional = schema.AdditionalProperties is { } additional ? Of(additional, additional.IsEmbedded) : null;
        Items = schema.Items is { } items ? Of(items, items.IsEmbedded) : null;
        HasTransitions = Rules.Any(r => r.IsTransition) || Members.Values.Any(m => m.HasTransitions) || Additional?.HasTransitions == true || Items?.HasTransitions == true;
    }

    public JsonSchema Schema { get; }

    public CelType? Type { get; }

    public IReadOnlyList<CompiledRule> Rules { get; } = [];

    public Dictionary<string, RuleNode> Members { get; } = new(StringComparer.Ordinal);

    public RuleNode? Additional { get; }

    public RuleNode? Items { get; }

    public bool HasTransitions { get; }

    /// <returns>Null where there are no rules.</returns>
    public static RuleNode? Of(JsonSchema schema, bool isResource) => schema.HasRules ? new RuleNode(schema, RuleTypes.Of(schema, isResource)) : null;
}
