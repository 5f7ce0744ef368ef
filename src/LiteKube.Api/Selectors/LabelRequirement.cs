using System.Globalization;

namespace LiteKube.Api.Selectors;

/// <summary>One condition on the value of one label. <c>a=b</c> is In with one value.</summary>
public sealed class LabelRequirement
{
    private readonly string[] _values;

    internal LabelRequirement(string key, SelectorOperator @operator, string[] values)
    {
        Key = key;
        Operator = @operator;
        _values = values;
    }

    public string Key { get; }

    public SelectorOperator Operator { get; }

    public IReadOnlyList<string> Values => _values;

    /// <summary>Whether a label with that value (null: no such label) meets the condition.</summary>
    public bool Matches(string? value) => Operator switch
    {
        SelectorOperator.In => value is not null && Contains(value),
        SelectorOperator.NotIn => value is null || !Contains(value),
        SelectorOperator.Exists => value is not null,
        SelectorOperator.DoesNotExist => value is null,
        _ => value is not null && Number(value) is { } actual && Number(_values[0]) is { } bound && (Operator == SelectorOperator.GreaterThan ? actual > bound : actual < bound),
    };

    public override string ToString() => Operator switch
    {
        SelectorOperator.In when _values.Length == 1 => $"{Key}={_values[0]}",
        SelectorOperator.NotIn when _values.Length == 1 => $"{Key}!={_values[0]}",
        SelectorOperator.In => $"{Key} in ({string.Join(',', _values)})",
        SelectorOperator.NotIn => $"{Key} notin ({string.Join(',', _values)})",
        SelectorOperator.Exists => Key,
        SelectorOperator.DoesNotExist => "!" + Key,
        SelectorOperator.GreaterThan => $"{Key}>{_values[0]}",
        _ => $"{Key}<{_values[0]}",
    };

    internal static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private bool Contains(string value)
    {
        foreach (var candidate in _values)
            if (candidate == value)
                return true;
        return false;
    }
}
