using LiteKube.Api.Meta.V1;

namespace LiteKube.Api.Selectors;

/// <summary>A label selector made ready to match: all of its requirements must hold. (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors)</summary>
public sealed class LabelMatcher
{
    private readonly LabelRequirement[] _requirements;
    private readonly bool _nothing;

    internal LabelMatcher(LabelRequirement[] requirements, bool nothing = false)
    {
        _requirements = requirements;
        _nothing = nothing;
    }

    public static LabelMatcher Everything { get; } = new([]);

    public static LabelMatcher Nothing { get; } = new([], nothing: true);

    public IReadOnlyList<LabelRequirement> Requirements => _requirements;

    public bool IsEverything => _requirements.Length == 0 && !_nothing;

    /// <summary>Parses the query form: <c>a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1</c>.</summary>
    /// <exception cref="ApiException">BadRequest, naming what was found and what was expected.</exception>
    public static LabelMatcher Parse(string? text) => string.IsNullOrEmpty(text) ? Everything : new LabelSelectorParser(text).Parse();

    /// <summary>The selector of an object's spec. Absent selects nothing, empty selects everything.</summary>
    /// <exception cref="ApiException">Invalid: an unknown operator, or values that don't fit it.</exception>
    public static LabelMatcher Of(LabelSelector? selector)
    {
        if (selector is null)
            return Nothing;
        if (selector.MatchLabels.Count == 0 && selector.MatchExpressions.Count == 0)
            return Everything;
        var requirements = new List<LabelRequirement>(selector.MatchLabels.Count + selector.MatchExpressions.Count);
        foreach (var (key, value) in selector.MatchLabels)
            requirements.Add(new LabelRequirement(key, SelectorOperator.In, [value]));
        foreach (var expression in selector.MatchExpressions)
            requirements.Add(Of(expression));
        return new LabelMatcher([.. requirements]);
    }

    /// <summary>A plain map of labels that must all be there, as in a Service's or ReplicationController's spec. Empty selects everything.</summary>
    public static LabelMatcher Of(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count == 0)
            return Everything;
        var requirements = new LabelRequirement[labels.Count];
        var i = 0;
        foreach (var (key, value) in labels)
            requirements[i++] = new LabelRequirement(key, SelectorOperator.In, [value]);
        return new LabelMatcher(requirements);
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (_nothing)
            return false;
        foreach (var requirement in _requirements)
            if (!requirement.Matches(labels.TryGetValue(requirement.Key, out var value) ? value : null))
                return false;
        return true;
    }

    /// <summary>The query form.</summary>
    public override string ToString() => string.Join<LabelRequirement>(',', _requirements);

    private static LabelRequirement Of(LabelSelectorRequirement expression)
    {
        var @operator = expression.Operator switch
        {
            "In" => SelectorOperator.In,
            "NotIn" => SelectorOperator.NotIn,
            "Exists" => SelectorOperator.Exists,
            "DoesNotExist" => SelectorOperator.DoesNotExist,
            _ => throw new ApiException(StatusReason.Invalid, $"\"{expression.Operator}\" is not a valid label selector operator"),
        };
        if (@operator is SelectorOperator.In or SelectorOperator.NotIn && expression.Values.Count == 0)
            throw new ApiException(StatusReason.Invalid, "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty");
        return new LabelRequirement(expression.Key, @operator, [.. expression.Values]);
    }
}
