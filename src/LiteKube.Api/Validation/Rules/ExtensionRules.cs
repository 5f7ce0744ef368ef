using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What adds kinds to the API.</summary>
internal static class ExtensionRules
{
    public static void CustomResourceDefinition(FieldErrors errors, JsonObject definition, FieldPath path) => DefinitionRules.Validate(errors, definition);

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

    public static void UpdateCustomResourceDefinition(FieldErrors errors, JsonObject definition, JsonObject old) => DefinitionRules.ValidateUpdate(errors, definition, old);
}
