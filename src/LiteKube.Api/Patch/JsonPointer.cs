using System.Globalization;
using System.Text.Json.Nodes;

namespace LiteKube.Api.Patch;

/// <summary>A place in a document (RFC 6901), as in <c>/spec/containers/0/image</c>.</summary>
internal sealed class JsonPointer
{
    private readonly string[] _steps;
    private readonly string _text;

    private JsonPointer(string text, string[] steps)
    {
        _text = text;
        _steps = steps;
    }

    public bool IsRoot => _steps.Length == 0;

    public string Last => _steps[^1];

    public static JsonPointer? TryParse(string text)
    {
        if (text.Length == 0)
            return new JsonPointer(text, []);
        if (text[0] != '/')
            return null;
        var steps = text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
            if (steps[i].Contains('~'))
                steps[i] = steps[i].Replace("~1", "/").Replace("~0", "~");
        return new JsonPointer(text, steps);
    }

    /// <summary>The object or list that holds the place; null where the way to it does not exist.</summary>
    public JsonNode? Parent(JsonNode root)
    {
        JsonNode? node = root;
        for (var i = 0; i < _steps.Length - 1 && node is not null; i++)
            node = Step(node, _steps[i], out _);
        return node is JsonObject or JsonArray ? node : null;
    }

    /// <summary>Whether the place exists, and what stands there.</summary>
    public bool Find(JsonNode root, out JsonNode? value)
    {
        value = root;
        foreach (var step in _steps)
        {
            value = Step(value, step, out var found);
            if (!found)
                return false;
        }

        return true;
    }

    /// <summary>The place in a list that a step names; -1 where it is none. A negative one counts from the end, as Kubernetes allows.</summary>
    public static int Index(string step, int count)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) || step[0] == '+')
            return -1;
        return index < 0 ? index + count : index;
    }

    public bool IsBelow(JsonPointer other) => _steps.Length > other._steps.Length && _steps.AsSpan(0, other._steps.Length).SequenceEqual(other._steps);

    public override string ToString() => _text;

    private static JsonNode? Step(JsonNode? node, string step, out bool found)
    {
        JsonNode? value = null;
        found = false;
        if (node is JsonObject parent)
        {
            found = parent.TryGetPropertyValue(step, out value);
        }
        else if (node is JsonArray list && Index(step, list.Count) is var index && index >= 0 && index < list.Count)
        {
            found = true;
            value = list[index];
        }

        return value;
    }
}
