using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Volumes of the cluster, claims to them and their classes.</summary>
internal static class StorageRules
{
    /// <summary>The members of a volume's spec that are not its source.</summary>
    private static readonly HashSet<string> s_notSources = ["accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy", "storageClassName", "volumeAttributesClassName", "volumeMode"];

    public static void PersistentVolume(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        AccessModes(errors, spec, path);
        if (spec.Object("capacity") is not { Count: > 0 } capacity)
            errors.Add(FieldError.Required(path.Child("capacity")));
        else if (FieldRules.QuantityOf(capacity["storage"]) is not { } size || capacity.Count > 1)
            errors.Add(FieldError.NotSupported(path.Child("capacity"), string.Join(',', capacity.Select(c => c.Key)), "storage"));
        else if (size <= Quantity.Zero)
            errors.Add(FieldError.Invalid(path.Child("capacity").Key("storage"), size.ToString(), "must be greater than zero"));
        var sources = 0;
        foreach (var (name, value) in spec)
            if (value is not null && !s_notSources.Contains(name) && sources++ > 0)
                errors.Add(FieldError.Forbidden(path.Child(name), "may not specify more than 1 volume type"));
        if (sources == 0)
            errors.Add(FieldError.Required(path, "must specify a volume type"));
        if (spec.Has("local") && !spec.Has("nodeAffinity"))
            errors.Add(FieldError.Required(path.Child("nodeAffinity"), "Local volume requires node affinity"));
    }

    public static void Claim(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        AccessModes(errors, spec, path);
        var requests = spec.Object("resources").Object("requests");
        if (FieldRules.QuantityOf(requests?["storage"]) is not { } size)
            errors.Add(FieldError.Required(path.Child("resources").Key("storage")));
        else if (size <= Quantity.Zero)
            errors.Add(FieldError.Invalid(path.Child("resources").Key("storage"), size.ToString(), "must be greater than zero"));
        if (spec.String("storageClassName") is { Length: > 0 } name)
            errors.Check(path.Child("storageClassName"), name, NameRules.DnsSubdomain(name));
    }

    public static void StorageClass(FieldErrors errors, JsonObject value, FieldPath path)
    {
        if (value.String("provisioner") is { Length: > 0 } provisioner)
            errors.Check(path.Child("provisioner"), provisioner, NameRules.QualifiedName(provisioner.ToLowerInvariant()));
    }

    public static void UpdateStorageClass(FieldErrors errors, JsonObject value, JsonObject old)
    {
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"])
            if (!FieldRules.Same(value, old, field))
                errors.Add(FieldError.Forbidden(FieldPath.Root.Child(field), $"updates to {field} are forbidden."));
    }

    public static void UpdatePersistentVolume(FieldErrors errors, JsonObject volume, JsonObject old)
    {
        foreach (var (name, value) in old.Object("spec") ?? [])
            if (!s_notSources.Contains(name) && !JsonNode.DeepEquals(value, volume.Object("spec")?[name]))
                errors.Add(FieldError.Forbidden(FieldPath.Root.Child("spec", "persistentvolumesource"), "spec.persistentvolumesource is immutable after creation"));
        FieldRules.Unchanged(errors, volume.Object("spec"), old.Object("spec"), FieldPath.Root.Child("spec"), "volumeMode");
    }

    /// <summary>A claim may grow once bound, be bound once, and nothing else.</summary>
    public static void UpdateClaim(FieldErrors errors, JsonObject claim, JsonObject old)
    {
        if (claim.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        var allowed = (JsonObject)before.DeepClone();
        foreach (var field in (ReadOnlySpan<string>)["volumeAttributesClassName", "resources"])
            Copy(spec, allowed, field);
        if (string.IsNullOrEmpty(before.String("volumeName")))
            Copy(spec, allowed, "volumeName");
        if (!before.Has("storageClassName"))
            Copy(spec, allowed, "storageClassName");
        if (!JsonNode.DeepEquals(allowed, spec))
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("spec"), "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        var now = FieldRules.QuantityOf(spec.Object("resources").Object("requests")?["storage"]);
        if (now < FieldRules.QuantityOf(before.Object("resources").Object("requests")?["storage"]))
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("spec", "resources").Child("requests").Child("storage"), "field can not be less than status.capacity"));
    }

    private static void Copy(JsonObject from, JsonObject to, string field)
    {
        if (from.TryGetPropertyValue(field, out var value))
            to[field] = value?.DeepClone();
        else
            to.Remove(field);
    }

    private static void AccessModes(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        if (spec.Array("accessModes") is not { Count: > 0 } modes)
            errors.Add(FieldError.Required(path.Child("accessModes"), "at least 1 access mode is required"));
        else if (modes.Count > 1 && FieldRules.Contains(modes, "ReadWriteOncePod"))
            errors.Add(FieldError.Forbidden(path.Child("accessModes"), "may not use ReadWriteOncePod with other access modes"));
    }
}
