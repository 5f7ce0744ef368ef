using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Volumes and their sources.</summary>
internal static class VolumeRules
{
    public static void Volume(FieldErrors errors, JsonObject volume, FieldPath path)
    {
        var sources = 0;
        foreach (var (name, value) in volume)
            if (name != "name" && value is not null && sources++ > 0)
                errors.Add(FieldError.Forbidden(path.Child(name), "may not specify more than 1 volume type"));
        if (sources == 0)
            errors.Add(FieldError.Required(path, "must specify a volume type"));
        if (FieldRules.QuantityOf(volume.Object("emptyDir")?["sizeLimit"]) is { } size && size < Quantity.Zero)
            errors.Add(FieldError.Forbidden(path.Child("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity"));
    }

    public static void HostPath(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (source.String("path") is { Length: > 0 } text)
            FieldRules.NoUp(errors, text, path.Child("path"));
    }

    public static void KeyToPath(FieldErrors errors, JsonObject item, FieldPath path)
    {
        if (item.String("path") is { Length: > 0 } text)
            LocalPath(errors, text, path.Child("path"));
    }

    public static void DownwardFile(FieldErrors errors, JsonObject file, FieldPath path)
    {
        if (file.String("path") is { Length: > 0 } text)
            LocalPath(errors, text, path.Child("path"));
        var field = file.Has("fieldRef");
        var resource = file.Has("resourceFieldRef");
        if (field && resource)
            errors.Add(FieldError.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
        else if (!field && !resource)
            errors.Add(FieldError.Required(path, "one of fieldRef and resourceFieldRef is required"));
    }

    public static void Projection(FieldErrors errors, JsonObject projection, FieldPath path)
    {
        var sources = 0;
        foreach (var (name, value) in projection)
            if (value is not null && sources++ > 0)
                errors.Add(FieldError.Forbidden(path.Child(name), "may not specify more than 1 volume type per source"));
        if (sources == 0)
            errors.Add(FieldError.Required(path, "must specify a volume type"));
        if (projection.Object("serviceAccountToken") is not { } token)
            return;
        if (token.Long("expirationSeconds") < 600)
            errors.Add(FieldError.Invalid(path.Child("serviceAccountToken", "expirationSeconds"), token["expirationSeconds"], "may not specify a duration less than 10 minutes"));
        if (token.String("path") is { Length: > 0 } text)
            LocalPath(errors, text, path.Child("serviceAccountToken", "path"));
    }

    public static void Nfs(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (source.String("path") is { Length: > 0 } text && !text.StartsWith('/'))
            errors.Add(FieldError.Invalid(path.Child("path"), text, "must be an absolute path"));
    }

    public static void NamedSource(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (string.IsNullOrEmpty(source.String("name")))
            errors.Add(FieldError.Required(path.Child("name")));
    }

    public static void Secret(FieldErrors errors, JsonObject source, FieldPath path)
    {
        if (string.IsNullOrEmpty(source.String("secretName")))
            errors.Add(FieldError.Required(path.Child("secretName")));
    }

    // Names that begin with two dots are kept for the atomic update of the volume.
    private static void LocalPath(FieldErrors errors, string text, FieldPath path)
    {
        FieldRules.RelativePath(errors, text, path);
        if (text.StartsWith("..", StringComparison.Ordinal) && text.Length > 2 && text[2] != '/')
            errors.Add(FieldError.Invalid(path, text, "must not start with '..'"));
    }
}
