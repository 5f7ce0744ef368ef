using System.Text;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Validation;

namespace LiteKube.ApiServer.CustomResources.Rules;

/// <summary>The fieldPath of a rule: <c>.a.b</c> or <c>.a['b.c']</c>, from the value that the rule is about.</summary>
internal static class RulePath
{
    /// <summary>What is wrong with a path; null where nothing is.</summary>
    public static string? Problem(string text, JsonSchema schema)
    {
        if (Steps(text) is not { } steps)
            return "fieldPath must be a valid path: expected a list of field names, each after a dot or in ['…']";
        var at = schema;
        foreach (var step in steps)
        {
            if (at.Member(step) is not { } inner)
                return $"fieldPath must be a valid path: does not refer to a valid field: {step}";
            at = inner;
        }

        return null;
    }

    public static FieldPath Below(FieldPath path, string text)
    {
        foreach (var step in Steps(text) ?? [])
            path = path.Child(step);
        return path;
    }

    private static List<string>? Steps(string text)
    {
        var steps = new List<string>();
        var i = 0;
        while (i < text.Length)
        {
            if (string.CompareOrdinal(text, i, "['", 0, 2) == 0)
            {
                var end = text.IndexOf("']", i, StringComparison.Ordinal);
                if (end < 0)
                    return null;
                steps.Add(text[(i + 2)..end].Replace("\\'", "'", StringComparison.Ordinal));
                i = end + 2;
            }
            else if (text[i] == '.')
            {
                var name = new StringBuilder();
                for (i++; i < text.Length && text[i] is not ('.' or '['); i++)
                    name.Append(text[i]);
                if (name.Length == 0)
                    return null;
                steps.Add(name.ToString());
            }
            else
            {
                return null;
            }
        }

        return steps.Count == 0 ? null : steps;
    }
}
