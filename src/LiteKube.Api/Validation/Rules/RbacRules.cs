using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

internal static class RbacRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Role(FieldErrors errors, JsonObject role, FieldPath path) => Rules(errors, role, path, namespaced: true);

    public static void ClusterRole(FieldErrors errors, JsonObject role, FieldPath path) => Rules(errors, role, path, namespaced: false);

    public static void RoleBinding(FieldErrors errors, JsonObject binding, FieldPath path) => Binding(errors, binding, path, "ClusterRole", "Role");

    public static void ClusterRoleBinding(FieldErrors errors, JsonObject binding, FieldPath path) => Binding(errors, binding, path, "ClusterRole");

    public static void UpdateBinding(FieldErrors errors, JsonObject binding, JsonObject old)
    {
        if (!FieldRules.Same(binding, old, "roleRef"))
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("roleRef"), binding["roleRef"], "cannot change roleRef"));
    }

    private static void Rules(FieldErrors errors, JsonObject role, FieldPath path, bool namespaced)
    {
        foreach (var (i, rule) in role.Items("rules"))
        {
            var at = path.Child("rules").Index(i);
            if (rule.Array("verbs") is null or { Count: 0 })
                errors.Add(FieldError.Required(at.Child("verbs"), "verbs must contain at least one value"));
            var resources = Any(rule, "resources");
            if (rule.Array("nonResourceURLs") is { Count: > 0 } urls)
            {
                if (namespaced)
                    errors.Add(FieldError.Invalid(at.Child("nonResourceURLs"), urls, "namespaced rules cannot apply to non-resource URLs"));
                if (resources || Any(rule, "apiGroups") || Any(rule, "resourceNames"))
                    errors.Add(FieldError.Invalid(at.Child("nonResourceURLs"), urls, "rules cannot apply to both regular resources and non-resource URLs"));
                continue;
            }

            if (!Any(rule, "apiGroups"))
                errors.Add(FieldError.Required(at.Child("apiGroups"), "resource rules must supply at least one api group"));
            if (!resources)
                errors.Add(FieldError.Required(at.Child("resources"), "resource rules must supply at least one resource"));
        }
    }

    private static void Binding(FieldErrors errors, JsonObject binding, FieldPath path, params IReadOnlyList<string> kinds)
    {
        var at = path.Child("roleRef");
        if (binding.Object("roleRef") is { } role)
        {
            if (role.String("apiGroup") is { } group and not Group)
                errors.Add(FieldError.NotSupported(at.Child("apiGroup"), group, Group));
            if (role.String("kind") is { Length: > 0 } kind && !kinds.Contains(kind))
                errors.Add(FieldError.NotSupported(at.Child("kind"), kind, kinds));
            if (role.String("name") is { Length: > 0 } name)
                errors.Check(at.Child("name"), name, NameRules.PathSegment(name));
        }

        foreach (var (i, subject) in binding.Items("subjects"))
            Subject(errors, subject, path.Child("subjects").Index(i), namespaced: kinds.Count > 1);
    }

    private static void Subject(FieldErrors errors, JsonObject subject, FieldPath path, bool namespaced)
    {
        var group = subject.String("apiGroup") ?? "";
        switch (subject.String("kind"))
        {
            case "ServiceAccount":
                if (subject.String("name") is { Length: > 0 } name)
                    errors.Check(path.Child("name"), name, NameRules.DnsSubdomain(name));
                if (group.Length > 0)
                    errors.Add(FieldError.NotSupported(path.Child("apiGroup"), group, ""));
                if (!namespaced && string.IsNullOrEmpty(subject.String("namespace")))
                    errors.Add(FieldError.Required(path.Child("namespace")));
                break;
            case "User" or "Group":
                if (group != Group)
                    errors.Add(FieldError.NotSupported(path.Child("apiGroup"), group, Group));
                break;
            case { Length: > 0 } other:
                errors.Add(FieldError.NotSupported(path.Child("kind"), other, "ServiceAccount", "User", "Group"));
                break;
        }
    }

    private static bool Any(JsonObject rule, string name) => rule.Array(name) is { Count: > 0 };
}
