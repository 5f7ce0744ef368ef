using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Apply;

/// <summary>Whether an apply configuration fits its type: every field declared, every list's items told apart by their keys.</summary>
internal sealed class ConfigurationCheck
{
    private readonly List<string> _path = [];
    private readonly List<string> _errors = [];

    /// <summary>Null: it fits. Else every error, as in <c>.spec.foo: field not declared in schema</c>.</summary>
    public static string? Errors(JsonObject configuration, TypeSchema? type)
    {
        var check = new ConfigurationCheck();
        check.Value(configuration, MergeSchema.Of(type));
        return check._errors.Count switch
        {
            0 => null,
            1 => check._errors[0],
            _ => "errors:\n  " + string.Join("\n  ", check._errors),
        };
    }

    private void Value(JsonNode? value, MergeSchema schema)
    {
        if (value is null)
            return;
        var isMap = schema.Kind is MergeKind.Struct or MergeKind.Map || schema is { Kind: MergeKind.Atomic, Type.Kind: FieldKind.Object or FieldKind.Map };
        var isList = schema.Kind is MergeKind.MapList or MergeKind.SetList || schema is { Kind: MergeKind.Atomic, Type.Kind: FieldKind.List };
        if (isMap)
        {
            if (value is JsonObject members)
                Members(members, schema.Inside);
            else
                Error($"expected map, got {Shown(value)}");
        }
        else if (isList)
        {
            if (value is JsonArray list)
                Items(list, schema);
            else
                Error($"expected list, got {Shown(value)}");
        }
        else if (schema.Kind == MergeKind.Scalar)
        {
            Scalar(value, schema.Type!.Kind);
        }
    }

    private void Members(JsonObject members, MergeSchema schema)
    {
        foreach (var (name, value) in members)
        {
            var member = schema.Member(name, out var known);
            _path.Add("." + name);
            if (known)
                Value(value, member);
            else
                Error("field not declared in schema");
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Items(JsonArray list, MergeSchema schema)
    {
        var seen = schema.Kind is MergeKind.MapList or MergeKind.SetList ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var i = 0; i < list.Count; i++)
        {
            string? missing = null;
            var element = schema.Kind switch
            {
                MergeKind.MapList => PathElement.Key(list[i], schema, out missing),
                MergeKind.SetList => PathElement.Value(list[i]),
                _ => PathElement.Index(i),
            };
            if (missing is not null)
                Error(list[i] is JsonObject ? $"element {i}: associative list with keys has an element that omits key field \"{missing}\" (and doesn't have default value)" : $"element {i}: associative list with keys may not have non-map elements");
            element ??= PathElement.Index(i);
            var shown = PathElement.Display(element);
            if (missing is null && seen?.Add(element) == false)
                Error($"duplicate entries for key {shown}");
            _path.Add(shown);
            Value(list[i], schema.Element);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Scalar(JsonNode value, FieldKind kind)
    {
        var found = value.GetValueKind();
        var wanted = kind switch
        {
            FieldKind.String or FieldKind.Bytes or FieldKind.Duration => found == JsonValueKind.String ? null : "string",
            FieldKind.Bool => found is JsonValueKind.True or JsonValueKind.False ? null : "boolean",
            FieldKind.Int32 or FieldKind.Int64 or FieldKind.Double => found == JsonValueKind.Number ? null : "numeric (int or float)",
            _ => found is JsonValueKind.Object or JsonValueKind.Array ? "scalar" : null,
        };
        if (wanted is not null)
            Error($"expected {wanted}, got {Shown(value)}");
    }

    private void Error(string why) => _errors.Add($"{string.Concat(_path)}: {why}");

    private static string Shown(JsonNode value)
    {
        const int longest = 64;
        var text = System.Text.Encoding.UTF8.GetString(JsonTree.Write(value));
        return text.Length <= longest ? text : text[..longest] + "...";
    }
}
