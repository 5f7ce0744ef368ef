using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

internal static class NodeRules
{
    public static void Spec(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var seen = new HashSet<(string?, string?)>();
        foreach (var (i, taint) in spec.Items("taints"))
            if (!seen.Add((taint.String("key"), taint.String("effect"))))
                errors.Add(FieldError.Duplicate(path.Child("taints").Index(i), taint));
        for (var i = 0; i < spec.Array("podCIDRs")?.Count; i++)
            FieldRules.Cidr(errors, spec.Array("podCIDRs")![i].AsString() ?? "", path.Child("podCIDRs").Index(i));
    }

    public static void Taint(FieldErrors errors, JsonObject taint, FieldPath path)
    {
        if (taint.String("key") is { Length: > 0 } key)
            errors.Check(path.Child("key"), key, NameRules.QualifiedName(key));
        var value = taint.String("value") ?? "";
        errors.Check(path.Child("value"), value, NameRules.LabelValue(value));
    }

    /// <summary>What a node was told once it keeps.</summary>
    public static void Update(FieldErrors errors, JsonObject node, JsonObject old)
    {
        var path = FieldPath.Root.Child("spec");
        var spec = node.Object("spec");
        var before = old.Object("spec");
        if (before.Array("podCIDRs") is { Count: > 0 } && !FieldRules.Same(spec, before, "podCIDRs"))
            errors.Add(FieldError.Forbidden(path.Child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid"));
        if (before.String("providerID") is { Length: > 0 } provider && spec.String("providerID") != provider)
            errors.Add(FieldError.Forbidden(path.Child("providerID"), "node updates may not change providerID except from \"\" to valid"));
    }
}
