using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Quotas;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Limit ranges and resource quotas.</summary>
internal static class QuotaRules
{
    public static void LimitRangeItem(FieldErrors errors, JsonObject item, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"])
            ResourceRules.NotNegative(errors, item.Object(name), path.Child(name));
        if (item.String("type") == "Pod")
            foreach (var name in (ReadOnlySpan<string>)["default", "defaultRequest"])
                if (item.Object(name) is { Count: > 0 })
                    errors.Add(FieldError.Forbidden(path.Child(name), "may not be specified when `type` is 'Pod'"));
        Ordered(errors, item, "min", "max", path, "min");
        Ordered(errors, item, "min", "defaultRequest", path, "defaultRequest", below: true);
        Ordered(errors, item, "min", "default", path, "default", below: true);
        Ordered(errors, item, "defaultRequest", "max", path, "defaultRequest");
        Ordered(errors, item, "defaultRequest", "default", path, "defaultRequest");
        Ordered(errors, item, "default", "max", path, "default");
    }

    public static void ResourceQuota(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        ResourceRules.NotNegative(errors, spec.Object("hard"), path.Child("hard"));
        Names(errors, spec.Object("hard"), path.Child("hard"));
        if (spec.Array("scopes") is { Count: > 0 } scopes)
            Scopes(errors, [.. scopes.Select(s => s.AsString() ?? "")], spec, scopes, path.Child("scopes"));
        var expressions = spec.Object("scopeSelector").Items("matchExpressions").ToList();
        if (expressions.Count > 0)
            Scopes(errors, [.. expressions.Select(e => e.Item.String("scopeName") ?? "")], spec, spec.Object("scopeSelector").Array("matchExpressions")!, path.Child("scopeSelector", "matchExpressions"));
        foreach (var (i, expression) in expressions)
            Expression(errors, expression, path.Child("scopeSelector", "matchExpressions").Index(i));
    }

    private static void Names(FieldErrors errors, JsonObject? hard, FieldPath path)
    {
        foreach (var (name, value) in hard ?? [])
        {
            if (!name.Contains('/') && QuotaNames.ResourceOf(name) is null)
                errors.Add(FieldError.Invalid(path.Key(name), name, "must be a standard resource for quota"));
            else if (IsWhole(name) && FieldRules.QuantityOf(value) is { } amount && amount.MilliValue % 1000 != 0)
                errors.Add(FieldError.Invalid(path.Key(name), amount.ToString(), "must be an integer"));
        }
    }

    private static bool IsWhole(string name) =>
        name.StartsWith(QuotaNames.CountPrefix, StringComparison.Ordinal)
        || name is "pods" or "services" or "services.nodeports" or "services.loadbalancers" or "configmaps" or "secrets" or "resourcequotas" or "replicationcontrollers" or "persistentvolumeclaims";

    private static void Scopes(FieldErrors errors, HashSet<string> scopes, JsonObject spec, JsonNode value, FieldPath path)
    {
        foreach (var scope in scopes)
        {
            foreach (var (name, _) in spec.Object("hard") ?? [])
            {
                if (QuotaNames.ResourceOf(name) is { } resource && !name.StartsWith(QuotaNames.CountPrefix, StringComparison.Ordinal) && !Fits(scope, resource, name))
                    errors.Add(FieldError.Invalid(path, value, "unsupported scope applied to resource"));
            }
        }

        if ((scopes.Contains("Terminating") && scopes.Contains("NotTerminating")) || (scopes.Contains("BestEffort") && scopes.Contains("NotBestEffort")))
            errors.Add(FieldError.Invalid(path, value, "conflicting scopes"));
    }

    // What asks for nothing has only its number.
    private static bool Fits(string scope, string resource, string name) => scope switch
    {
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => resource == "persistentvolumeclaims",
        _ => resource == "pods",
    };

    private static void Expression(FieldErrors errors, JsonObject expression, FieldPath path)
    {
        var scope = expression.String("scopeName") ?? "";
        var @operator = expression.String("operator") ?? "";
        var values = expression.Array("values") is { Count: > 0 };
        if (scope is "BestEffort" or "NotBestEffort" or "Terminating" or "NotTerminating" or "CrossNamespacePodAffinity" && @operator != "Exists")
            errors.Add(FieldError.Invalid(path.Child("operator"), @operator, "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"));
        if (@operator is "In" or "NotIn" && !values)
            errors.Add(FieldError.Required(path.Child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
        else if (@operator is "Exists" or "DoesNotExist" && values)
            errors.Add(FieldError.Invalid(path.Child("values"), expression["values"], "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    }

    public static void UpdateResourceQuota(FieldErrors errors, JsonObject quota, JsonObject old)
    {
        if (!FieldRules.Same(quota.Object("spec"), old.Object("spec"), "scopes"))
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("spec", "scopes"), quota.Object("spec")?["scopes"], FieldRules.Immutable));
    }

    private static void Ordered(FieldErrors errors, JsonObject item, string low, string high, FieldPath path, string blamed, bool below = false)
    {
        foreach (var (name, value) in item.Object(low) ?? [])
        {
            if (FieldRules.QuantityOf(value) is not { } lower || FieldRules.QuantityOf(item.Object(high)?[name]) is not { } upper || lower <= upper)
                continue;
            var (own, other) = below ? (upper, lower) : (lower, upper);
            errors.Add(FieldError.Invalid(
                path.Child(blamed).Key(name),
                own.ToString(),
                below ? $"{low} value {other} is greater than {Words(high)} value {own}" : $"{Words(low)} value {own} is greater than {Words(high)} value {other}"));
        }
    }

    private static string Words(string name) => name == "defaultRequest" ? "default request" : name == "default" ? "default" : name;
}
