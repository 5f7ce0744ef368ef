using System.Text.Json.Nodes;

namespace LiteKube.Cel;

/// <summary>A value of the language. Immutable; documents are wrapped, not copied, and must not change while an expression runs.</summary>
public abstract class CelValue
{
    public abstract CelKind Kind { get; }

    /// <summary>The type as <c>type(x)</c> has it, without what the elements are.</summary>
    public virtual CelType Type => RuntimeTypes.Of(Kind);

    /// <summary>What cost is reckoned by: elements, code points, bytes; 1 for a scalar.</summary>
    internal virtual long Size => 1;

    /// <summary>A document's node; numbers without fraction and exponent become int, others double.</summary>
    public static CelValue FromJson(JsonNode? node) => JsonValues.Of(node, CelType.Dyn);

    /// <summary>A document's node read by its schema: texts of type timestamp, duration and bytes become such values.</summary>
    public static CelValue FromJson(JsonNode? node, CelType type) => JsonValues.Of(node, type);

    public static CelValue FromBool(bool value) => BoolValue.Of(value);

    public static CelValue FromInt(long value) => IntValue.Of(value);

    public static CelValue FromString(string value) => new StringValue(value);

    public static CelValue Null => NullValue.Instance;

    /// <summary>A value that fails whatever uses it; for lazy variables whose expression failed.</summary>
    public static CelValue FromError(string message) => new ErrorValue(message);

    /// <summary>The value as JSON: timestamps and durations as text, bytes in base64. Null, with the reason, for a value without such a form.</summary>
    public JsonNode? ToJson(out string? problem) => JsonValues.Write(this, out problem);

    /// <summary>Equality of the language: numbers by value whatever their types, lists and maps by their elements.</summary>
    public static bool AreEqual(CelValue left, CelValue right) => Equality.AreEqual(left, right);
}
