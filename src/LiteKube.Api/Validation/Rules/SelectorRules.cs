using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Label selectors, and those of nodes, wherever they appear.</summary>
internal static class SelectorRules
{
    public static void LabelSelector(FieldErrors errors, JsonObject selector, FieldPath path)
    {
        MetadataRules.Labels(errors, selector.Object("matchLabels"), path.Child("matchLabels"));
        foreach (var (i, expression) in selector.Items("matchExpressions"))
        {
            var at = path.Child("matchExpressions").Index(i);
            Values(errors, expression, at, "In", "NotIn", "Exists", "DoesNotExist");
            var key = expression.String("key") ?? "";
            errors.Check(at.Child("key"), key, NameRules.QualifiedName(key));
            if (expression.Array("values") is { } values)
                for (var v = 0; v < values.Count; v++)
                    errors.Check(at.Child("values").Index(v), values[v].AsString() ?? "", NameRules.LabelValue(values[v].AsString()));
        }
    }

    public static void NodeSelectorRequirement(FieldErrors errors, JsonObject expression, FieldPath path)
    {
        var values = expression.Array("values");
        switch (expression.String("operator"))
        {
            case "In" or "NotIn" when values is null or { Count: 0 }:
                errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
                break;
            case "Exists" or "DoesNotExist" when values is { Count: > 0 }:
                errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
                break;
            case "Gt" or "Lt" when values is not { Count: 1 }:
                errors.Add(FieldError.Required(path.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist" or "Gt" or "Lt":
                break;
            case var other:
                errors.Add(FieldError.Invalid(path.Child("operator"), other ?? "", "not a valid selector operator"));
                break;
        }
    }

    /// <summary>Whether labels meet a selector given as JSON. An expression that is not well formed matches nothing; it has its own error.</summary>
    public static bool Matches(JsonObject selector, JsonObject? labels)
    {
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
            if (labels.String(key) is not { } actual || actual != value.AsString())
                return false;
        foreach (var (_, expression) in selector.Items("matchExpressions"))
        {
            var actual = labels.String(expression.String("key") ?? "");
            var among = actual is not null && FieldRules.Contains(expression.Array("values"), actual);
            var holds = expression.String("operator") switch
            {
                "In" => among,
                "NotIn" => !among,
                "Exists" => actual is not null,
                "DoesNotExist" => actual is null,
                _ => false,
            };
            if (!holds)
                return false;
        }

        return true;
    }

    private static void Values(FieldErrors errors, JsonObject expression, FieldPath path, params ReadOnlySpan<string> operators)
    {
        var values = expression.Array("values");
        var name = expression.String("operator") ?? "";
        if (!operators.Contains(name))
            errors.Add(FieldError.Invalid(path.Child("operator"), name, "not a valid selector operator"));
        else if (name is "In" or "NotIn" && values is null or { Count: 0 })
            errors.Add(FieldError.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
        else if (name is "Exists" or "DoesNotExist" && values is { Count: > 0 })
            errors.Add(FieldError.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
}
