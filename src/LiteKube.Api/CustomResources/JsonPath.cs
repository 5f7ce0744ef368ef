using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.CustomResources;

/// <summary>
/// The JSONPath of printer columns: members (<c>.a</c>, <c>['a']</c>, with <c>\.</c> for a dot in a name), <c>[0]</c>, <c>[-1]</c>, <c>[1:3]</c>, <c>[*]</c>, <c>..a</c> and
/// filters that compare (<c>[?(@.type=="Ready")]</c>) or ask for presence. (https://kubernetes.io/docs/reference/kubectl/jsonpath/)
/// </summary>
public sealed class JsonPath
{
    private readonly JsonPathStep[] _steps;

    private JsonPath(JsonPathStep[] steps) => _steps = steps;

    /// <exception cref="FormatException">Not a path.</exception>
    public static JsonPath Parse(string text) => TryParse(text, out var path, out var error) ? path! : throw new FormatException(error);

    public static bool TryParse(string text, out JsonPath? path, out string error)
    {
        var steps = JsonPathParser.Parse(text, out error);
        path = steps is null ? null : new JsonPath(steps);
        return path is not null;
    }

    /// <summary>The first value that the path leads to; found is false where there is none.</summary>
    public JsonNode? First(JsonNode? root, out bool found)
    {
        foreach (var value in Values(root))
        {
            found = true;
            return value;
        }

        found = false;
        return null;
    }

    public IEnumerable<JsonNode?> Values(JsonNode? root)
    {
        IEnumerable<JsonNode?> values = [root];
        foreach (var step in _steps)
            values = values.SelectMany(step.Apply);
        return values;
    }
}

internal abstract record JsonPathStep
{
    public abstract IEnumerable<JsonNode?> Apply(JsonNode? value);
}

internal sealed record MemberStep(string Name) : JsonPathStep
{
    public override IEnumerable<JsonNode?> Apply(JsonNode? value)
    {
        if (value is JsonObject members && members.TryGetPropertyValue(Name, out var member))
            yield return member;
    }
}

internal sealed record AllStep : JsonPathStep
{
    public override IEnumerable<JsonNode?> Apply(JsonNode? value) => value switch
    {
        JsonArray list => list,
        JsonObject members => members.Select(m => m.Value),
        _ => [],
    };
}

internal sealed record SliceStep(int? From, int? To, int By) : JsonPathStep
{
    public override IEnumerable<JsonNode?> Apply(JsonNode? value)
    {
        if (value is not JsonArray list)
            yield break;
        var from = At(From ?? 0, list.Count);
        var to = Math.Min(At(To ?? list.Count, list.Count), list.Count);
        for (var i = Math.Max(from, 0); i < to; i += By)
            yield return list[i];

        static int At(int index, int count) => index < 0 ? index + count : index;
    }
}

internal sealed record DescendStep(string Name) : JsonPathStep
{
    public override IEnumerable<JsonNode?> Apply(JsonNode? value)
    {
        if (value is JsonObject members && members.TryGetPropertyValue(Name, out var member))
            yield return member;
        IEnumerable<JsonNode?> inner = value switch { JsonObject o => o.Select(m => m.Value), JsonArray a => a, _ => [] };
        foreach (var child in inner)
            foreach (var found in Apply(child))
                yield return found;
    }
}

/// <param name="Literal">Null: the left side must be there.</param>
internal sealed record FilterStep(JsonPath Left, string Operator, JsonNode? Literal) : JsonPathStep
{
    public override IEnumerable<JsonNode?> Apply(JsonNode? value) => value is JsonArray list ? list.Where(Holds) : [];

    private bool Holds(JsonNode? item)
    {
        var left = Left.First(item, out var found);
        if (Operator.Length == 0)
            return found;
        if (!found)
            return false;
        if (Operator == "==")
            return JsonNode.DeepEquals(left, Literal) || (left.AsDouble() is { } a && a == Literal.AsDouble());
        if (Operator == "!=")
            return !JsonNode.DeepEquals(left, Literal);
        var order = left.AsDouble() is { } x && Literal.AsDouble() is { } y ? x.CompareTo(y)
            : left.AsString() is { } s && Literal.AsString() is { } t ? string.CompareOrdinal(s, t)
            : (int?)null;
        return order is { } o && Operator switch { "<" => o < 0, "<=" => o <= 0, ">" => o > 0, _ => o >= 0 };
    }
}

internal static class JsonPathParser
{
    public static JsonPathStep[]? Parse(string text, out string error)
    {
        var steps = new List<JsonPathStep>();
        error = "";
        var i = 0;
        if (text.StartsWith('{') && text.EndsWith('}'))
            text = text[1..^1];
        if (text.StartsWith('$') || text.StartsWith('@'))
            i = 1;
        while (i < text.Length)
        {
            if (text[i] == '[')
            {
                var end = Close(text, i);
                if (end < 0)
                {
                    error = "unterminated array";
                    return null;
                }

                if (Bracket(text[(i + 1)..end].Trim()) is not { } step)
                {
                    error = $"invalid array index {text[(i + 1)..end]}";
                    return null;
                }

                steps.Add(step);
                i = end + 1;
                continue;
            }

            var descend = string.CompareOrdinal(text, i, "..", 0, 2) == 0;
            if (text[i] == '.')
                i += descend ? 2 : 1;
            else if (i > 0)
            {
                error = $"unexpected character {text[i]}";
                return null;
            }

            var name = Name(text, ref i);
            if (name.Length > 0)
                steps.Add(descend ? new DescendStep(name) : name == "*" ? new AllStep() : new MemberStep(name));
        }

        return [.. steps];
    }

    private static string Name(string text, ref int i)
    {
        var name = new StringBuilder();
        for (; i < text.Length && text[i] is not ('.' or '['); i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            name.Append(text[i]);
        }

        return name.ToString();
    }

    // The bracket that closes the one at the place given; quotes may hold others.
    private static int Close(string text, int at)
    {
        var depth = 0;
        var quote = '\0';
        for (var i = at; i < text.Length; i++)
        {
            if (quote != '\0')
                quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '\'' or '"')
                quote = text[i];
            else if (text[i] == '[')
                depth++;
            else if (text[i] == ']' && --depth == 0)
                return i;
        }

        return -1;
    }

    private static JsonPathStep? Bracket(string inner)
    {
        if (inner == "*")
            return new AllStep();
        if (inner.Length > 1 && inner[0] is '\'' or '"' && inner[^1] == inner[0])
            return new MemberStep(inner[1..^1]);
        if (inner.StartsWith("?(", StringComparison.Ordinal) && inner.EndsWith(')'))
            return Filter(inner[2..^1].Trim());
        var parts = inner.Split(':');
        if (parts.Length > 3 || parts.Any(p => p.Length > 0 && !int.TryParse(p, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            return null;
        int? At(int part) => parts.Length > part && parts[part].Length > 0 ? int.Parse(parts[part], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : null;
        if (parts.Length == 1)
            return At(0) is { } index ? new SliceStep(index, index == -1 ? null : index + 1, 1) : null;
        return At(2) is <= 0 ? null : new SliceStep(At(0), At(1), At(2) ?? 1);
    }

    private static FilterStep? Filter(string expression)
    {
        foreach (var symbol in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            var at = expression.IndexOf(symbol, StringComparison.Ordinal);
            if (at < 0)
                continue;
            return JsonPath.TryParse(expression[..at].Trim(), out var left, out _) && Literal(expression[(at + symbol.Length)..].Trim()) is { } literal
                ? new FilterStep(left!, symbol, literal)
                : null;
        }

        return JsonPath.TryParse(expression, out var present, out _) ? new FilterStep(present!, "", null) : null;
    }

    private static JsonNode? Literal(string text)
    {
        if (text.Length > 1 && text[0] is '\'' or '"' && text[^1] == text[0])
            return JsonValue.Create(text[1..^1]);
        if (text is "true" or "false")
            return JsonValue.Create(text == "true");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
    }
}
