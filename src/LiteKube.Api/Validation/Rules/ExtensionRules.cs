using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What adds kinds to the API.</summary>
internal static class ExtensionRules
{
    public static void CustomResourceDefinition(FieldErrors errors, JsonObject definition, FieldPath path)
    {
        if (definition.Object("spec") is not { } spec)
            return;
        var at = path.Child("spec");
        var group = spec.String("group") ?? "";
        var names = spec.Object("names");
        var plural = names.String("plural") ?? "";
        var name = definition.Object("metadata").String("name") ?? "";
        if (name != $"{plural}.{group}")
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("metadata", "name"), name, "must be spec.names.plural+\".\"+spec.group"));
        if (group.Length > 0)
        {
            errors.Check(at.Child("group"), group, NameRules.DnsSubdomain(group));
            if (!group.Contains('.'))
                errors.Add(FieldError.Invalid(at.Child("group"), group, "should be a domain with at least one dot"));
        }

        foreach (var field in (ReadOnlySpan<string>)["plural", "singular", "kind", "listKind"])
            if (names.String(field) is { Length: > 0 } value)
                errors.Check(at.Child("names", field), value, NameRules.Dns1035Label(value.ToLowerInvariant()));
        Versions(errors, spec, at.Child("versions"));
    }

    public static void ApiService(FieldErrors errors, JsonObject service, FieldPath path)
    {
        if (service.Object("spec") is not { } spec)
            return;
        var name = service.Object("metadata").String("name") ?? "";
        var required = $"{spec.String("version")}.{spec.String("group")}";
        if (name != required)
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("metadata", "name"), name, $"must be `spec.version+\".\"+spec.group`: \"{required}\""));
        errors.Range(path.Child("spec", "groupPriorityMinimum"), spec.Long("groupPriorityMinimum") ?? 0, 1, 20000);
        errors.Range(path.Child("spec", "versionPriority"), spec.Long("versionPriority") ?? 0, 1, 1000);
        var at = path.Child("spec");
        if (spec.Object("service") is not { } reference)
        {
            if (!string.IsNullOrEmpty(spec.String("caBundle")))
                errors.Add(FieldError.Invalid(at.Child("caBundle"), spec.String("caBundle")!, "local APIServices may not have a caBundle"));
            if (spec.Bool("insecureSkipTLSVerify") == true)
                errors.Add(FieldError.Invalid(at.Child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify"));
            return;
        }

        foreach (var field in (ReadOnlySpan<string>)["namespace", "name"])
            if (string.IsNullOrEmpty(reference.String(field)))
                errors.Add(FieldError.Required(at.Child("service", field)));
        if (reference.Long("port") is { } port)
            errors.Range(at.Child("service", "port"), port, 1, 65535);
        if (spec.Bool("insecureSkipTLSVerify") == true && !string.IsNullOrEmpty(spec.String("caBundle")))
            errors.Add(FieldError.Invalid(path.Child("spec", "insecureSkipTLSVerify"), true, "may not be true if caBundle is present"));
    }

    public static void UpdateCustomResourceDefinition(FieldErrors errors, JsonObject definition, JsonObject old)
    {
        var path = FieldPath.Root.Child("spec");
        FieldRules.Unchanged(errors, definition.Object("spec"), old.Object("spec"), path, "scope");
        FieldRules.Unchanged(errors, definition.Object("spec").Object("names"), old.Object("spec").Object("names"), path.Child("names"), "kind");
        foreach (var stored in old.Object("status").Array("storedVersions") ?? [])
            if (!definition.Object("spec").Items("versions").Any(v => v.Item.String("name") == stored.AsString()))
                errors.Add(FieldError.Invalid(FieldPath.Root.Child("status", "storedVersions"), stored.AsString() ?? "", "must appear in spec.versions"));
    }

    private static void Versions(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var storage = 0;
        foreach (var (i, version) in spec.Items("versions"))
        {
            var at = path.Index(i);
            var name = version.String("name") ?? "";
            if (name.Length > 0)
                errors.Check(at.Child("name"), name, NameRules.Dns1035Label(name));
            if (!names.Add(name))
                errors.Add(FieldError.Invalid(path, spec["versions"], "must contain unique version names"));
            if (version.Bool("storage") == true)
                storage++;
            if (version.Object("schema").Object("openAPIV3Schema") is not { } schema)
                errors.Add(FieldError.Required(at.Child("schema", "openAPIV3Schema"), "schemas are required"));
            else if (schema.String("type") is not "object")
                errors.Add(FieldError.Invalid(at.Child("schema", "openAPIV3Schema").Child("type"), schema.String("type") ?? "", "must be object"));
        }

        if (storage != 1 && names.Count > 0)
            errors.Add(FieldError.Invalid(path, spec["versions"], "must have exactly one version marked as storage version"));
    }
}
