using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Amounts of resources.</summary>
internal static class ResourceRules
{
    private const string HugePages = "hugepages-";

    public static void ContainerResources(FieldErrors errors, JsonObject resources, FieldPath path)
    {
        var limits = resources.Object("limits");
        var requests = resources.Object("requests");
        Amounts(errors, limits, path.Child("limits"));
        Amounts(errors, requests, path.Child("requests"));
        foreach (var (name, value) in requests ?? [])
        {
            if (FieldRules.QuantityOf(value) is not { } request)
                continue;
            if (FieldRules.QuantityOf(limits?[name]) is not { } limit)
            {
                if (!MayOvercommit(name))
                    errors.Add(FieldError.Required(path.Child("limits"), "Limit must be set for non overcommitable resources"));
            }
            else if (!MayOvercommit(name) && request != limit)
            {
                errors.Add(FieldError.Invalid(path.Child("requests"), request.ToString(), $"must be equal to {name} limit of {limit}"));
            }
            else if (request > limit)
            {
                errors.Add(FieldError.Invalid(path.Child("requests"), request.ToString(), $"must be less than or equal to {name} limit of {limit}"));
            }
        }
    }

    public static void NotNegative(FieldErrors errors, JsonObject? amounts, FieldPath path)
    {
        foreach (var (name, value) in amounts ?? [])
        {
            errors.Check(path.Key(name), name, NameRules.QualifiedName(name));
            if (FieldRules.QuantityOf(value) is { } amount && amount < Quantity.Zero)
                errors.Add(FieldError.Invalid(path.Key(name), amount.ToString(), FieldRules.NotNegative));
        }
    }

    /// <summary>Resources whose name has a domain come in whole pieces.</summary>
    public static bool IsExtended(string name) => name.Contains('/') && !name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static void Amounts(FieldErrors errors, JsonObject? amounts, FieldPath path)
    {
        foreach (var (name, value) in amounts ?? [])
        {
            var at = path.Key(name);
            if (NameRules.QualifiedName(name) is { } wrong)
                errors.Check(at, name, wrong);
            else if (!name.Contains('/') && name is not ("cpu" or "memory" or "ephemeral-storage") && !name.StartsWith(HugePages, StringComparison.Ordinal))
                errors.Add(FieldError.Invalid(at, name, "must be a standard resource for containers"));
            if (FieldRules.QuantityOf(value) is not { } amount)
                continue;
            if (amount < Quantity.Zero)
                errors.Add(FieldError.Invalid(at, amount.ToString(), FieldRules.NotNegative));
            if (IsExtended(name) && amount.MilliValue % 1000 != 0)
                errors.Add(FieldError.Invalid(at, amount.ToString(), "must be an integer"));
        }
    }

    private static bool MayOvercommit(string name) => !IsExtended(name) && !name.StartsWith(HugePages, StringComparison.Ordinal);
}
