using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What holds of every object's metadata.</summary>
internal static class MetadataRules
{
    private const int AnnotationsMax = 256 * 1024;

    /// <summary>Kinds whose names are not plain DNS subdomains.</summary>
    private static readonly FrozenDictionary<string, Func<string, string?>> s_names = new Dictionary<string, Func<string, string?>>(StringComparer.Ordinal)
    {
        ["core.v1.Namespace"] = n => NameRules.DnsLabel(n),
        ["core.v1.Service"] = n => NameRules.Dns1035Label(n),
        ["rbac.v1.Role"] = NameRules.PathSegment,
        ["rbac.v1.RoleBinding"] = NameRules.PathSegment,
        ["rbac.v1.ClusterRole"] = NameRules.PathSegment,
        ["rbac.v1.ClusterRoleBinding"] = NameRules.PathSegment,
        ["apiregistration.v1.APIService"] = NameRules.PathSegment,
        ["batch.v1.CronJob"] = n => n.Length > 52 ? NameRules.TooLong(52) : NameRules.DnsSubdomain(n),
        ["networking.v1.IPAddress"] = AddressRules.Name,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void Validate(FieldErrors errors, JsonObject? metadata, FieldPath path, KindSchema kind)
    {
        var rule = s_names.GetValueOrDefault(kind.Type.Name);
        Names(errors, metadata, path, rule ?? (n => NameRules.DnsSubdomain(n)));
        var ns = metadata.String("namespace") ?? "";
        if (!kind.Resource.Namespaced)
        {
            if (ns.Length > 0)
                errors.Add(FieldError.Forbidden(path.Child("namespace"), "not allowed on this type"));
        }
        else if (ns.Length == 0)
        {
            errors.Add(FieldError.Required(path.Child("namespace")));
        }
        else
        {
            errors.Check(path.Child("namespace"), ns, NameRules.DnsLabel(ns));
        }

        errors.NotNegative(path.Child("generation"), metadata.Long("generation"));
        Labels(errors, metadata.Object("labels"), path.Child("labels"));
        Annotations(errors, metadata.Object("annotations"), path.Child("annotations"));
        OwnerReferences(errors, metadata.Array("ownerReferences"), path.Child("ownerReferences"));
        Finalizers(errors, metadata.Array("finalizers"), path.Child("finalizers"));
    }

    public static void ValidateUpdate(FieldErrors errors, JsonObject? metadata, JsonObject? old, FieldPath path)
    {
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid"])
            if (metadata.String(name) is { Length: > 0 } value && value != (old.String(name) ?? ""))
                errors.Add(FieldError.Invalid(path.Child(name), value, FieldRules.Immutable));
        if (metadata.Long("generation") < old.Long("generation"))
            errors.Add(FieldError.Invalid(path.Child("generation"), metadata.Long("generation")!.Value, "must not be decremented"));
        if (old.String("deletionTimestamp") is null)
            return;
        List<string>? added = null;
        foreach (var finalizer in metadata.Array("finalizers") ?? [])
            if (!FieldRules.Contains(old.Array("finalizers"), finalizer.AsString()))
                (added ??= []).Add(finalizer.AsString() ?? "");
        if (added is not null)
            errors.Add(FieldError.Forbidden(path.Child("finalizers"), $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{string.Join("\", \"", added)}\"}}"));
    }

    public static void Labels(FieldErrors errors, JsonObject? labels, FieldPath path)
    {
        foreach (var (key, value) in labels ?? [])
        {
            errors.Check(path, key, NameRules.QualifiedName(key));
            errors.Check(path, value.AsString() ?? "", NameRules.LabelValue(value.AsString()));
        }
    }

    public static void Annotations(FieldErrors errors, JsonObject? annotations, FieldPath path)
    {
        long size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            // Upper case is allowed in the prefix of old annotations.
            errors.Check(path, key, NameRules.QualifiedName(key.ToLowerInvariant()));
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value.AsString() ?? "");
        }

        if (size > AnnotationsMax)
            errors.Add(FieldError.TooLong(path, AnnotationsMax));
    }

    private static void Names(FieldErrors errors, JsonObject? metadata, FieldPath path, Func<string, string?> rule)
    {
        // A name will be made of the prefix and more, so it may end in what a name may not.
        if (metadata.String("generateName") is { Length: > 0 } prefix)
            errors.Check(path.Child("generateName"), prefix, rule(prefix.EndsWith('-') ? prefix[..^1] + "a" : prefix));
        if (metadata.String("name") is not { Length: > 0 } name)
            errors.Add(FieldError.Required(path.Child("name"), "name or generateName is required"));
        else
            errors.Check(path.Child("name"), name, rule(name));
    }

    private static void OwnerReferences(FieldErrors errors, JsonArray? references, FieldPath path)
    {
        string? controller = null;
        for (var i = 0; i < references?.Count; i++)
        {
            if (references[i] is not JsonObject reference)
                continue;
            if (string.IsNullOrEmpty(reference.String("apiVersion")))
                errors.Add(FieldError.Invalid(path.Index(i).Child("apiVersion"), "", "version must not be empty"));
            foreach (var name in (ReadOnlySpan<string>)["kind", "name", "uid"])
                if (string.IsNullOrEmpty(reference.String(name)))
                    errors.Add(FieldError.Invalid(path.Index(i).Child(name), "", "must not be empty"));
            if (reference.Bool("controller") != true)
                continue;
            var described = $"{reference.String("kind")}/{reference.String("name")}";
            if (controller is not null)
                errors.Add(FieldError.Invalid(path, references, $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {described}"));
            controller = described;
        }
    }

    private static void Finalizers(FieldErrors errors, JsonArray? finalizers, FieldPath path)
    {
        bool orphan = false, foreground = false;
        foreach (var finalizer in finalizers ?? [])
        {
            var name = finalizer.AsString() ?? "";
            errors.Check(path, name, NameRules.QualifiedName(name));
            orphan |= name == "orphan";
            foreground |= name == "foregroundDeletion";
            if (!name.Contains('/') && name is not ("orphan" or "foregroundDeletion" or "kubernetes"))
                errors.Add(FieldError.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified"));
        }

        if (orphan && foreground)
            errors.Add(FieldError.Invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
    }
}
