using LiteKube.Api.Schema;

namespace LiteKube.Api.Selectors;

/// <summary>One condition of a field selector: the field has, or (<paramref name="Negated"/>) has not, that value.</summary>
public sealed record FieldRequirement(SelectableField Field, string Value, bool Negated)
{
    public bool Matches(string actual) => actual == Value != Negated;

    public override string ToString() => $"{Field.Label}{(Negated ? "!=" : "=")}{Value}";
}
