using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Tolerations, affinity and spreading.</summary>
internal static class SchedulingRules
{
    public static void Toleration(FieldErrors errors, JsonObject toleration, FieldPath path)
    {
        var key = toleration.String("key") ?? "";
        var @operator = toleration.String("operator") ?? "";
        if (key.Length > 0)
            errors.Check(path.Child("key"), key, NameRules.QualifiedName(key));
        else if (@operator != "Exists")
            errors.Add(FieldError.Invalid(path.Child("operator"), @operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
        if (toleration.Has("tolerationSeconds") && toleration.String("effect") != "NoExecute")
            errors.Add(FieldError.Invalid(path.Child("effect"), toleration.String("effect") ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        var value = toleration.String("value") ?? "";
        if (@operator == "Exists")
        {
            if (value.Length > 0)
                errors.Add(FieldError.Invalid(path.Child("operator"), toleration, "value must be empty when `operator` is 'Exists'"));
        }
        else if (@operator is "" or "Equal")
        {
            errors.Check(path.Child("operator"), value, NameRules.LabelValue(value));
        }
    }

    public static void TopologySpreadConstraint(FieldErrors errors, JsonObject constraint, FieldPath path)
    {
        if (constraint.Long("maxSkew") is null or <= 0)
            errors.Add(FieldError.Invalid(path.Child("maxSkew"), constraint.Long("maxSkew") ?? 0, "must be greater than zero"));
        if (constraint.Long("minDomains") is { } domains)
        {
            if (domains <= 0)
                errors.Add(FieldError.Invalid(path.Child("minDomains"), domains, "must be greater than zero"));
            if (constraint.String("whenUnsatisfiable") != "DoNotSchedule")
                errors.Add(FieldError.Invalid(path.Child("minDomains"), domains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway"));
        }
    }

    public static void PodAffinityTerm(FieldErrors errors, JsonObject term, FieldPath path)
    {
        var topology = term.String("topologyKey") ?? "";
        if (topology.Length == 0)
            errors.Add(FieldError.Required(path.Child("topologyKey"), "can not be empty"));
        else
            errors.Check(path.Child("topologyKey"), topology, NameRules.QualifiedName(topology));
        for (var i = 0; i < term.Array("namespaces")?.Count; i++)
        {
            var ns = term.Array("namespaces")![i].AsString() ?? "";
            errors.Check(path.Child("namespaces").Index(i), ns, NameRules.DnsLabel(ns));
        }
    }

    public static void Weighted(FieldErrors errors, JsonObject term, FieldPath path)
    {
        if (term.Long("weight") is not (>= 1 and <= 100))
            errors.Add(FieldError.Invalid(path.Child("weight"), term.Long("weight") ?? 0, "must be in the range 1-100"));
    }
}
