using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// Checks a value against a schema and says everything that is wrong, in Kubernetes' words. On update, what did not change is not judged again, so that
/// a tightened schema does not lock out objects written before (KEP-4008).
/// </summary>
internal sealed partial class SchemaValidator(List<FieldError> errors)
{
    /// <summary>Whether something was found after which CEL rules could not trust the types they see.</summary>
    public bool BlocksRules { get; private set; }

    public void Value(JsonNode? value, JsonSchema schema, FieldPath path, Before before)
    {
        if (before.Is(value))
            return;
        CheckType(value, schema, path);
        if (value is null)
            return;
        Composites(value, schema, path);
        switch (value)
        {
            case JsonObject members:
                Enumerated(value, schema, path);
                Object(members, schema, path, before);
                break;
            case JsonArray list:
                List(list, schema, path, before);
                Enumerated(value, schema, path);
                break;
            default:
                if (value.GetValueKind() == JsonValueKind.String)
                    Text(value.AsString()!, schema, path);
                else if (value.GetValueKind() == JsonValueKind.Number)
                    Number(value, schema, path);
                Enumerated(value, schema, path);
                break;
        }
    }

    /// <summary>What the value is called in messages.</summary>
    public static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(value) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private void CheckType(JsonNode? value, JsonSchema schema, FieldPath path)
    {
        var actual = TypeOf(value);
        if (value is null)
        {
            if (schema.Nullable || (schema.Type.Length == 0 && !schema.IsIntOrString))
                return;
        }
        else if (schema.IsIntOrString)
        {
            if (actual is "integer" or "string")
                return;
        }
        else if (schema.Type.Length == 0 || actual == schema.Type || (schema.Type == "number" && actual == "integer"))
        {
            return;
        }

        var wanted = schema.IsIntOrString ? "integer,string" : schema.Type;
        Add(FieldError.TypeInvalid(path, actual, $"{path} in body must be of type {wanted}: \"{actual}\""), blocks: true);
    }

    private void Text(string text, JsonSchema schema, FieldPath path)
    {
        if (schema.MaxLength is { } max && LengthOf(text) > max)
            Add(FieldError.TooLong(path, max), blocks: true);
        if (schema.MinLength is { } min && LengthOf(text) < min)
            Add(FieldError.Invalid(path, text, $"{path} in body should be at least {min} chars long"));
        if (schema.Pattern is { } pattern && !pattern.IsMatch(text))
            Add(FieldError.Invalid(path, text, $"{path} in body should match '{schema.PatternText}'"));
        if (schema.Format.Length > 0 && !SchemaFormats.Accepts(schema.Format, text))
            Add(FieldError.TypeInvalid(path, text, $"{path} in body must be of type {schema.Format}: {FieldError.Quote(text)}"), blocks: true);
    }

    private void Number(JsonNode value, JsonSchema schema, FieldPath path)
    {
        var number = value.AsDouble() ?? 0;
        if (schema.MultipleOf is { } factor and > 0 && Math.IEEERemainder(number, factor) != 0)
            Add(FieldError.Invalid(path, value, $"{path} in body should be a multiple of {Shown(factor)}"));
        if (schema.Maximum is { } max && (schema.ExclusiveMaximum ? number >= max : number > max))
            Add(FieldError.Invalid(path, value, $"{path} in body should be less than {(schema.ExclusiveMaximum ? "" : "or equal to ")}{Shown(max)}"));
        if (schema.Minimum is { } min && (schema.ExclusiveMinimum ? number <= min : number < min))
            Add(FieldError.Invalid(path, value, $"{path} in body should be greater than {(schema.ExclusiveMinimum ? "" : "or equal to ")}{Shown(min)}"));
    }

    private void List(JsonArray list, JsonSchema schema, FieldPath path, Before before)
    {
        if (schema.MinItems is { } min && list.Count < min)
            Add(FieldError.Invalid(path, list.Count, $"{path} in body should have at least {min} items"));
        if (schema.MaxItems is { } max && list.Count > max)
            Add(FieldError.TooMany(path, list.Count, max), blocks: true);
        if (schema.Items is null)
            return;
        var items = before.Items(schema);
        for (var i = 0; i < list.Count; i++)
            Value(list[i], schema.Items, path.Index(i), items.Of(list[i]));
    }

    private void Object(JsonObject members, JsonSchema schema, FieldPath path, Before before)
    {
        if (schema.MinProperties is { } min && members.Count < min)
            Add(FieldError.Invalid(path, members.Count, $"{path} in body should have at least {min} properties"));
        if (schema.MaxProperties is { } max && members.Count > max)
            Add(FieldError.TooMany(path, members.Count, max), blocks: true);
        foreach (var required in schema.Required)
            if (!members.ContainsKey(required))
                Add(FieldError.Required(path.Child(required)), blocks: true);
        foreach (var (name, member) in members)
            if (schema.Member(name) is { } inner)
                Value(member, inner, path.Child(name), before.Member(name));
    }

    private void Enumerated(JsonNode value, JsonSchema schema, FieldPath path)
    {
        if (schema.Enum.Count == 0)
            return;
        foreach (var allowed in schema.Enum)
            if (JsonNode.DeepEquals(allowed, value))
                return;
        Add(FieldError.NotSupported(path, value, [.. schema.Enum.Select(e => e.AsString() ?? FieldError.Text(e))]));
    }

    private void Add(FieldError error, bool blocks = false)
    {
        BlocksRules |= blocks;
        errors.Add(error);
    }

    private static bool IsWhole(JsonNode value) => value.AsLong() is not null || (value.AsDouble() is { } real && Math.Truncate(real) == real);

    // Characters, as a reader counts them.
    private static long LengthOf(string text)
    {
        long length = text.Length;
        foreach (var c in text)
            if (char.IsLowSurrogate(c))
                length--;
        return length;
    }

    private static string Shown(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
