using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.Api.Validation.Rules;

namespace LiteKube.Api.CustomResources;

/// <summary>What a CustomResourceDefinition must keep to, beside what its own type says.</summary>
internal static class DefinitionRules
{
    private const string ApprovalAnnotation = "api-approved.kubernetes.io";
    private const string MixedCase = "may have mixed case, but should otherwise match: ";

    public static void Validate(FieldErrors errors, JsonObject definition)
    {
        if (definition.Object("spec") is not { } spec)
            return;
        var at = FieldPath.Root.Child("spec");
        var group = spec.String("group") ?? "";
        var names = spec.Object("names");
        var name = definition.Object("metadata").String("name") ?? "";
        if (name != $"{names.String("plural")}.{group}")
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("metadata", "name"), name, "must be spec.names.plural+\".\"+spec.group"));
        Group(errors, definition, group, at.Child("group"));
        if (spec.Bool("preserveUnknownFields") == true)
            errors.Add(FieldError.Invalid(at.Child("preserveUnknownFields"), true, "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"));
        if (names is not null)
            Names(errors, names, at.Child("names"));
        Conversion(errors, spec.Object("conversion"), at.Child("conversion"));
        Versions(errors, spec, at);
    }

    public static void ValidateUpdate(FieldErrors errors, JsonObject definition, JsonObject old)
    {
        var path = FieldPath.Root.Child("spec");
        if (IsEstablished(old))
        {
            FieldRules.Unchanged(errors, definition.Object("spec"), old.Object("spec"), path, "scope");
            FieldRules.Unchanged(errors, definition.Object("spec").Object("names"), old.Object("spec").Object("names"), path.Child("names"), "kind");
        }

        FieldRules.Unchanged(errors, definition.Object("spec"), old.Object("spec"), path, "group");
        FieldRules.Unchanged(errors, definition.Object("spec").Object("names"), old.Object("spec").Object("names"), path.Child("names"), "plural");
        Bundle(errors, definition, old);
        if (old.Object("status").Array("storedVersions") is not null)
            StoredVersions(errors, definition);
    }

    public static void StoredVersions(FieldErrors errors, JsonObject definition)
    {
        var path = FieldPath.Root.Child("status", "storedVersions");
        var stored = definition.Object("status").Array("storedVersions");
        if (stored is not { Count: > 0 })
        {
            errors.Add(FieldError.Invalid(path, stored ?? [], "must have at least one stored version"));
            return;
        }

        var versions = definition.Object("spec").Items("versions").ToArray();
        foreach (var (_, version) in versions)
            if (version.Bool("storage") == true && !FieldRules.Contains(stored, version.String("name")))
                errors.Add(FieldError.Invalid(path, stored, "must have the storage version " + version.String("name")));
        for (var i = 0; i < stored.Count; i++)
            if (!versions.Any(v => v.Item.String("name") == stored[i].AsString()))
                errors.Add(FieldError.Invalid(path.Index(i), stored[i].AsString() ?? "", "must appear in spec.versions"));
    }

    private static bool IsEstablished(JsonObject definition) =>
        (definition.Object("status").Array("conditions") ?? []).OfType<JsonObject>().Any(c => c.String("type") == "Established" && c.String("status") == "True");

    private static void Group(FieldErrors errors, JsonObject definition, string group, FieldPath path)
    {
        if (group.Length == 0)
            return;
        errors.Check(path, group, NameRules.DnsSubdomain(group));
        if (!group.Contains('.'))
            errors.Add(FieldError.Invalid(path, group, "should be a domain with at least one dot"));
        if (group is not ("k8s.io" or "kubernetes.io") && !group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal))
            return;
        var approval = definition.Object("metadata").Object("annotations").String(ApprovalAnnotation) ?? "";
        var annotation = FieldPath.Root.Child("metadata", "annotations").Key(ApprovalAnnotation);
        if (approval.Length == 0)
            errors.Add(FieldError.Required(annotation, $"protected groups must have approval annotation \"{ApprovalAnnotation}\", see https://github.com/kubernetes/enhancements/pull/1111"));
        else if (!approval.StartsWith("unapproved", StringComparison.Ordinal) && !(Uri.TryCreate(approval, UriKind.Absolute, out var url) && url.Host.Length > 0))
            errors.Add(FieldError.Invalid(annotation, approval, $"protected groups must have approval annotation \"{ApprovalAnnotation}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111"));
    }

    private static void Names(FieldErrors errors, JsonObject names, FieldPath path)
    {
        foreach (var field in (ReadOnlySpan<string>)["plural", "singular"])
            if (names.String(field) is { Length: > 0 } value)
                errors.Check(path.Child(field), value, NameRules.Dns1035Label(value));
        foreach (var field in (ReadOnlySpan<string>)["kind", "listKind"])
            if (names.String(field) is { Length: > 0 } value && NameRules.Dns1035Label(value.ToLowerInvariant()) is { } wrong)
                errors.Add(FieldError.Invalid(path.Child(field), value, MixedCase + wrong));
        foreach (var field in (ReadOnlySpan<string>)["shortNames", "categories"])
        {
            var list = names.Array(field) ?? [];
            for (var i = 0; i < list.Count; i++)
                errors.Check(path.Child(field).Index(i), list[i].AsString() ?? "", NameRules.Dns1035Label(list[i].AsString() ?? ""));
        }

        if (names.String("kind") is { Length: > 0 } kind && kind == names.String("listKind"))
            errors.Add(FieldError.Invalid(path.Child("listKind"), kind, "kind and listKind may not be the same"));
    }

    /// <summary>A new definition may have a bundle that is none, and is then not served until it has one; one that is served may not lose its own.</summary>
    private static void Bundle(FieldErrors errors, JsonObject definition, JsonObject old)
    {
        if (BundleOf(definition) is { Length: > 0 } bundle && CaBundle.ProblemOf(bundle) is { } problem && (BundleOf(old) is not { Length: > 0 } before || CaBundle.ProblemOf(before) is null))
            errors.Add(FieldError.Invalid(FieldPath.Root.Child("spec", "conversion").Child("webhookClientConfig", "caBundle"), bundle, problem));
    }

    private static byte[]? BundleOf(JsonObject definition) =>
        definition.Object("spec").Object("conversion").Object("webhook").Object("clientConfig").String("caBundle") is { } text ? WebhookConfig.BytesOf(text) : null;

    // The paths are those of the internal type, which upstream reports.
    private static void Conversion(FieldErrors errors, JsonObject? conversion, FieldPath path)
    {
        var webhook = conversion.Object("webhook");
        if (conversion.String("strategy") != "Webhook")
        {
            const string unset = "should not be set when strategy is not set to Webhook";
            if (webhook.Object("clientConfig") is not null)
                errors.Add(FieldError.Forbidden(path.Child("webhookClientConfig"), unset));
            if (webhook.Array("conversionReviewVersions") is { Count: > 0 })
                errors.Add(FieldError.Forbidden(path.Child("conversionReviewVersions"), unset));
            return;
        }

        if (webhook.Object("clientConfig") is not { } config)
        {
            errors.Add(FieldError.Required(path.Child("webhookClientConfig"), "required when strategy is set to Webhook"));
            return;
        }

        WebhookConfig.Validate(errors, config, path.Child("webhookClientConfig"));
        ReviewVersions(errors, webhook.Array("conversionReviewVersions"), path.Child("conversionReviewVersions"));
    }

    private static void ReviewVersions(FieldErrors errors, JsonArray? versions, FieldPath path)
    {
        if (versions is not { Count: > 0 })
        {
            errors.Add(FieldError.Required(path));
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < versions.Count; i++)
        {
            var version = versions[i].AsString() ?? "";
            if (!seen.Add(version))
                errors.Add(FieldError.Invalid(path.Index(i), version, "duplicate version"));
            errors.Check(path.Index(i), version, NameRules.Dns1035Label(version));
        }

        if (!seen.Contains("v1") && !seen.Contains("v1beta1"))
            errors.Add(FieldError.Invalid(path, versions, "must include at least one of v1, v1beta1"));
    }

    private static void Versions(FieldErrors errors, JsonObject spec, FieldPath at)
    {
        var path = at.Child("versions");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var storage = 0;
        var versions = spec.Items("versions").ToArray();
        foreach (var (i, version) in versions)
        {
            var name = version.String("name") ?? "";
            if (name.Length > 0)
                errors.Check(path.Index(i).Child("name"), name, NameRules.Dns1035Label(name));
            if (!names.Add(name))
                errors.Add(FieldError.Invalid(path, spec["versions"], "must contain unique version names"));
            storage += version.Bool("storage") == true ? 1 : 0;
            if (version.Bool("deprecated") != true && version.String("deprecationWarning") is { } warning)
                errors.Add(FieldError.Invalid(path.Index(i).Child("deprecationWarning"), warning, "can only be set for deprecated versions"));
        }

        if (storage != 1 && names.Count > 0)
            errors.Add(FieldError.Invalid(path, spec["versions"], "must have exactly one version marked as storage version"));
        foreach (var part in (ReadOnlySpan<string>)["schema", "subresources", "additionalPrinterColumns", "selectableFields"])
        {
            // Upstream keeps what all versions share in one place, and names that place.
            var shared = versions.Length > 0 && versions[0].Item[part] is not null && versions.All(v => JsonNode.DeepEquals(v.Item[part], versions[0].Item[part]));
            for (var v = 0; v < (shared ? 1 : versions.Length); v++)
            {
                var (i, version) = versions[v];
                Part(errors, version, part, shared ? at : path.Index(i), shared);
            }
        }
    }

    private static void Part(FieldErrors errors, JsonObject version, string part, FieldPath at, bool shared)
    {
        switch (part)
        {
            case "schema":
                SchemaRules.Validate(errors, version, at.Child(shared ? "validation" : "schema", "openAPIV3Schema"));
                break;
            case "subresources":
                VersionRules.Subresources(errors, version.Object("subresources"), at.Child("subresources"));
                break;
            case "additionalPrinterColumns":
                VersionRules.Columns(errors, version, at.Child("additionalPrinterColumns"));
                break;
            default:
                VersionRules.SelectableFields(errors, version, at.Child("selectableFields"));
                break;
        }
    }
}
