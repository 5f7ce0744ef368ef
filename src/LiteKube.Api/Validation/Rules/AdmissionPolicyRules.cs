using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Admission policies and their bindings, all but what their expressions say.</summary>
internal static class AdmissionPolicyRules
{
    private const int MostAuditAnnotations = 20;

    private static readonly string[] s_failurePolicies = ["Fail", "Ignore"];
    private static readonly string[] s_matchPolicies = ["Equivalent", "Exact"];
    private static readonly string[] s_reinvocationPolicies = ["IfNeeded", "Never"];
    private static readonly string[] s_reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
    private static readonly string[] s_actions = ["Audit", "Deny", "Warn"];
    private static readonly string[] s_patchTypes = ["ApplyConfiguration", "JSONPatch"];

    public static void Validating(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        Policy(errors, spec, path);
        var validations = spec.Array("validations") is { Count: > 0 };
        var annotations = spec.Array("auditAnnotations");
        if (!validations && annotations is not { Count: > 0 })
        {
            const string Either = "validations or auditAnnotations must contain at least one item";
            errors.Add(FieldError.Required(path.Child("validations"), Either));
            errors.Add(FieldError.Required(path.Child("auditAnnotations"), Either));
        }

        foreach (var (i, validation) in spec.Items("validations"))
            Validation(errors, validation, path.Child("validations").Index(i));
        if (annotations is { Count: > MostAuditAnnotations })
            errors.Add(FieldError.Invalid(path.Child("auditAnnotations"), annotations, $"must not have more than {MostAuditAnnotations} auditAnnotations"));
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, annotation) in spec.Items("auditAnnotations"))
        {
            var at = path.Child("auditAnnotations").Index(i);
            Given(errors, annotation, "valueExpression", at, "valueExpression is not specified");
            if (annotation.String("key") is { } key && !keys.Add(key))
                errors.Add(FieldError.Duplicate(at.Child("key"), key));
        }
    }

    public static void Mutating(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        Policy(errors, spec, path);
        OneOf(errors, spec, "reinvocationPolicy", path, s_reinvocationPolicies, required: true);
        if (spec.Array("mutations") is not { Count: > 0 })
            errors.Add(FieldError.Required(path.Child("mutations"), "mutations must contain at least one item"));
        foreach (var (i, mutation) in spec.Items("mutations"))
        {
            var at = path.Child("mutations").Index(i);
            OneOf(errors, mutation, "patchType", at, s_patchTypes, required: true);
            if (mutation.String("patchType") == "ApplyConfiguration")
                Patch(errors, mutation, at, "applyConfiguration", "jsonPatch");
            else if (mutation.String("patchType") == "JSONPatch")
                Patch(errors, mutation, at, "jsonPatch", "applyConfiguration");
        }
    }

    public static void ValidatingBinding(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        Binding(errors, spec, path);
        Actions(errors, spec.Array("validationActions"), path.Child("validationActions"));
    }

    public static void MutatingBinding(FieldErrors errors, JsonObject spec, FieldPath path) => Binding(errors, spec, path);

    public static void MatchResources(FieldErrors errors, JsonObject match, FieldPath path)
    {
        OneOf(errors, match, "matchPolicy", path, s_matchPolicies, required: true);
        if (match["namespaceSelector"] is null)
            errors.Add(FieldError.Required(path.Child("namespaceSelector")));
        if (match["objectSelector"] is null)
            errors.Add(FieldError.Required(path.Child("objectSelector")));
    }

    public static void NamedRule(FieldErrors errors, JsonObject rule, FieldPath path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var list = rule.Array("resourceNames") ?? [];
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].AsString() is { } name && !names.Add(name))
                errors.Add(FieldError.Duplicate(path.Child("resourceNames").Index(i), name));
        }

        WebhookRules.Rule(errors, rule, path);
    }

    public static void ParamKind(FieldErrors errors, JsonObject kind, FieldPath path)
    {
        var apiVersion = kind.String("apiVersion") ?? "";
        var parts = apiVersion.Split('/');
        if (apiVersion.Length == 0)
            errors.Add(FieldError.Required(path.Child("apiVersion")));
        else if (parts.Length > 2)
            errors.Add(FieldError.Invalid(path.Child("apiVersion"), apiVersion, $"unexpected GroupVersion string: {apiVersion}"));
        else if (parts[^1].Length == 0)
            errors.Add(FieldError.Invalid(path.Child("apiVersion"), apiVersion, "version must be specified"));
        else
            errors.Check(path.Child("apiVersion"), parts[^1], NameRules.Dns1035Label(parts[^1]));
        if (parts.Length == 2 && parts[0].Length > 0)
            errors.Check(path.Child("apiVersion"), parts[0], NameRules.DnsSubdomain(parts[0]));
        var name = kind.String("kind") ?? "";
        if (name.Length == 0)
            errors.Add(FieldError.Required(path.Child("kind")));
        else if (NameRules.Dns1035Label(name.ToLowerInvariant()) is { } wrong)
            errors.Add(FieldError.Invalid(path.Child("kind"), name, $"may have mixed case, but should otherwise match: {wrong}"));
    }

    public static void ParamRef(FieldErrors errors, JsonObject reference, FieldPath path)
    {
        const string Exclusive = "name and selector are mutually exclusive";
        var named = !string.IsNullOrEmpty(reference.String("name"));
        var selected = reference["selector"] is not null;
        if (named && selected)
        {
            errors.Add(FieldError.Forbidden(path.Child("name"), Exclusive));
            errors.Add(FieldError.Forbidden(path.Child("selector"), Exclusive));
        }

        if (!named && !selected)
            errors.Add(FieldError.Required(path, "one of name or selector must be specified"));
        OneOf(errors, reference, "parameterNotFoundAction", path, ["Deny", "Allow"], required: true);
    }

    private static void Policy(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        OneOf(errors, spec, "failurePolicy", path, s_failurePolicies, required: true);
        if (spec.Object("matchConstraints") is not { } constraints)
            errors.Add(FieldError.Required(path.Child("matchConstraints")));
        else if (constraints.Array("resourceRules") is not { Count: > 0 })
            errors.Add(FieldError.Required(path.Child("matchConstraints", "resourceRules")));
        WebhookRules.Conditions(errors, spec, path.Child("matchConditions"));
        foreach (var (i, variable) in spec.Items("variables"))
        {
            var at = path.Child("variables").Index(i);
            Given(errors, variable, "name", at, "name is not specified");
            Given(errors, variable, "expression", at, "expression is not specified");
        }
    }

    private static void Validation(FieldErrors errors, JsonObject validation, FieldPath path)
    {
        Given(errors, validation, "expression", path, "expression is not specified");
        if (validation.String("messageExpression") is { Length: > 0 } said && string.IsNullOrWhiteSpace(said))
            errors.Add(FieldError.Invalid(path.Child("messageExpression"), said, "must be non-empty if specified"));
        if (validation.String("message") is { Length: > 0 } message)
        {
            if (string.IsNullOrWhiteSpace(message))
                errors.Add(FieldError.Invalid(path.Child("message"), message, "message must be non-empty if specified"));
            else if (message.Trim().AsSpan().ContainsAny('\n', '\r'))
                errors.Add(FieldError.Invalid(path.Child("message"), message, "message must not contain line breaks"));
        }

        OneOf(errors, validation, "reason", path, s_reasons, required: false);
    }

    private static void Patch(FieldErrors errors, JsonObject mutation, FieldPath path, string wanted, string other)
    {
        if (mutation.Object(wanted) is not { } patch)
            errors.Add(FieldError.Required(path.Child(wanted), $"{wanted} is required when patchType is {mutation.String("patchType")}"));
        else
            Given(errors, patch, "expression", path.Child(wanted), "expression is not specified");
        if (mutation[other] is not null)
            errors.Add(FieldError.Invalid(path.Child(other), mutation[other], $"{other} is only allowed when patchType is {(other == "jsonPatch" ? "JSONPatch" : "ApplyConfiguration")}"));
    }

    private static void Binding(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec.String("policyName") is not { Length: > 0 } policy)
            errors.Add(FieldError.Required(path.Child("policyName")));
        else
            errors.Check(path.Child("policyName"), policy, NameRules.DnsSubdomain(policy));
    }

    private static void Actions(FieldErrors errors, JsonArray? actions, FieldPath path)
    {
        string[] given = [.. (actions ?? []).Select(a => a.AsString() ?? "")];
        for (var i = 0; i < given.Length; i++)
        {
            if (!s_actions.Contains(given[i]))
                errors.Add(FieldError.NotSupported(path.Index(i), given[i], s_actions));
            if (Array.IndexOf(given, given[i]) < i)
                errors.Add(FieldError.Duplicate(path.Index(i), given[i]));
        }

        if (given.Contains("Deny") && given.Contains("Warn"))
            errors.Add(FieldError.Invalid(path, actions, "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)"));
        if (given.Length == 0)
            errors.Add(FieldError.Required(path, "at least one validation action is required"));
    }

    private static void OneOf(FieldErrors errors, JsonObject owner, string field, FieldPath path, string[] supported, bool required)
    {
        if (owner.String(field) is not { Length: > 0 } value)
        {
            if (required)
                errors.Add(FieldError.Required(path.Child(field)));
        }
        else if (!supported.Contains(value))
        {
            errors.Add(FieldError.NotSupported(path.Child(field), value, supported));
        }
    }

    private static void Given(FieldErrors errors, JsonObject owner, string field, FieldPath path, string otherwise)
    {
        if (string.IsNullOrWhiteSpace(owner.String(field)))
            errors.Add(FieldError.Required(path.Child(field), otherwise));
    }
}
