using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

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

    public static void ResourceQuota(FieldErrors errors, JsonObject spec, FieldPath path) => ResourceRules.NotNegative(errors, spec.Object("hard"), path.Child("hard"));

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
