using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Autoscalers, disruption budgets, priorities and signing requests.</summary>
internal static class PolicyRules
{
    private const long HighestUserPriority = 1_000_000_000;
    private const string SystemPrefix = "system-";

    public static void Autoscaler(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var min = spec.Long("minReplicas");
        var max = spec.Long("maxReplicas") ?? 0;
        if (max < 1)
            errors.Add(FieldError.Invalid(path.Child("maxReplicas"), max, "must be greater than 0"));
        if (min is { } least)
        {
            if (least < 1)
                errors.Add(FieldError.Invalid(path.Child("minReplicas"), least, "must be greater than or equal to 1"));
            if (max < least)
                errors.Add(FieldError.Invalid(path.Child("maxReplicas"), max, "must be greater than or equal to `minReplicas`"));
        }
    }

    public static void DisruptionBudget(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec.Has("minAvailable") && spec.Has("maxUnavailable"))
            errors.Add(FieldError.Invalid(path, spec, "minAvailable and maxUnavailable cannot be both set"));
        foreach (var name in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
            FieldRules.CountOrPercent(errors, spec[name], path.Child(name));
    }

    public static void PriorityClass(FieldErrors errors, JsonObject value, FieldPath path)
    {
        var name = value.Object("metadata").String("name") ?? "";
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (name is not ("system-node-critical" or "system-cluster-critical"))
                errors.Add(FieldError.Forbidden(FieldPath.Root.Child("metadata", "name"), "priority class names with 'system-' prefix are reserved for system use only"));
        }
        else if (value.Long("value") > HighestUserPriority)
        {
            errors.Add(FieldError.Forbidden(path.Child("value"), $"maximum allowed value of a user defined priority is {HighestUserPriority}"));
        }
    }

    public static void UpdatePriorityClass(FieldErrors errors, JsonObject value, JsonObject old)
    {
        if ((value.Long("value") ?? 0) != (old.Long("value") ?? 0))
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("value"), "may not be changed in an update."));
        FieldRules.Unchanged(errors, value, old, FieldPath.Root, "preemptionPolicy");
    }

    public static void SigningRequest(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec.String("request") is { Length: > 0 } request && !IsPem(request))
            errors.Add(FieldError.Invalid(path.Child("request"), "", "PEM block type must be CERTIFICATE REQUEST"));
        if (spec.Array("usages") is null or { Count: 0 })
            errors.Add(FieldError.Required(path.Child("usages")));
        if (spec.String("signerName") is { Length: > 0 } signer)
        {
            var slash = signer.IndexOf('/');
            if (signer == "kubernetes.io/legacy-unknown")
                errors.Add(FieldError.Invalid(path.Child("signerName"), signer, "the legacy signerName is not allowed via this API version"));
            else if (slash <= 0 || slash == signer.Length - 1)
                errors.Add(FieldError.Invalid(path.Child("signerName"), signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'"));
            else
                errors.Check(path.Child("signerName"), signer, NameRules.DnsSubdomain(signer.AsSpan(0, slash)) ?? NameRules.DnsSubdomain(signer.AsSpan(slash + 1)));
        }

        if (spec.Long("expirationSeconds") < 600)
            errors.Add(FieldError.Invalid(path.Child("expirationSeconds"), spec["expirationSeconds"], "may not specify a duration less than 600 seconds (10 minutes)"));
    }

    public static void UpdateSigningRequest(FieldErrors errors, JsonObject value, JsonObject old)
    {
        if (!FieldRules.Same(value, old, "spec"))
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("spec"), "spec is immutable after creation"));
    }

    private static bool IsPem(string base64)
    {
        var buffer = new byte[base64.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(base64, buffer, out var written)
            && Encoding.ASCII.GetString(buffer, 0, written).Contains("-----BEGIN CERTIFICATE REQUEST-----", StringComparison.Ordinal);
    }
}
