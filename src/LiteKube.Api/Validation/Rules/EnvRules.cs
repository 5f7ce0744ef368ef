using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Environment variables and where their values come from.</summary>
internal static class EnvRules
{
    private static readonly string[] s_fields = ["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"];

    public static void EnvVar(FieldErrors errors, JsonObject variable, FieldPath path)
    {
        if (variable.String("name") is { Length: > 0 } name)
            errors.Check(path.Child("name"), name, NameRules.EnvVarName(name));
        if (variable.Has("valueFrom") && variable.String("value") is { Length: > 0 })
            errors.Add(FieldError.Invalid(path.Child("valueFrom"), "", "may not be specified when `value` is not empty"));
    }

    public static void EnvVarSource(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (source.Count == 0)
            errors.Add(FieldError.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"));
        else if (source.Count > 1)
            errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
        if (source.Object("fieldRef").String("fieldPath") is { Length: > 0 } field)
            FieldPathOf(errors, field, path.Child("fieldRef", "fieldPath"));
        foreach (var name in (ReadOnlySpan<string>)["configMapKeyRef", "secretKeyRef"])
        {
            if (source.Object(name) is not { } reference)
                continue;
            if (string.IsNullOrEmpty(reference.String("name")))
                errors.Add(FieldError.Required(path.Child(name, "name")));
            if (reference.String("key") is { Length: > 0 } key)
                errors.Check(path.Child(name, "key"), key, NameRules.ConfigKey(key));
        }
    }

    public static void EnvFromSource(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (source.String("prefix") is { Length: > 0 } prefix)
            errors.Check(path.Child("prefix"), prefix, NameRules.EnvVarName(prefix));
        var sources = 0;
        foreach (var name in (ReadOnlySpan<string>)["configMapRef", "secretRef"])
        {
            if (source.Object(name) is not { } reference)
                continue;
            sources++;
            if (string.IsNullOrEmpty(reference.String("name")))
                errors.Add(FieldError.Required(path.Child(name, "name")));
        }

        if (sources == 0)
            errors.Add(FieldError.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"));
        else if (sources > 1)
            errors.Add(FieldError.Invalid(path, "", "may not have more than one field specified at a time"));
    }

    private static void FieldPathOf(FieldErrors errors, string field, FieldPath path)
    {
        if (IsSubscript(field, out var of, out var key))
        {
            if (of is not ("metadata.labels" or "metadata.annotations"))
                errors.Add(FieldError.Invalid(path, field, $"does not support subscript"));
            else
                errors.Check(path, key, NameRules.QualifiedName(of == "metadata.annotations" ? key.ToLowerInvariant() : key));
        }
        else if (!s_fields.Contains(field))
        {
            errors.Add(FieldError.NotSupported(path, field, s_fields));
        }
    }

    private static bool IsSubscript(string field, out string of, out string key)
    {
        var open = field.IndexOf("['", StringComparison.Ordinal);
        var found = open > 0 && field.EndsWith("']", StringComparison.Ordinal) && field.Length >= open + 4;
        of = found ? field[..open] : field;
        key = found ? field[(open + 2)..^2] : "";
        return found;
    }
}
