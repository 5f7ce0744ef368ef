using System.Text.Json;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>ConfigMaps and Secrets.</summary>
internal static class ConfigRules
{
    private const int SizeMax = 1024 * 1024;

    public static void ConfigMap(FieldErrors errors, JsonObject map, FieldPath path)
    {
        var data = map.Object("data");
        var binary = map.Object("binaryData");
        var size = Keys(errors, data, path.Child("data"), encoded: false) + Keys(errors, binary, path.Child("binaryData"), encoded: true);
        foreach (var (key, _) in data ?? [])
            if (binary?.ContainsKey(key) == true)
                errors.Add(FieldError.Invalid(path.Child("data").Key(key), key, "duplicate of key present in binaryData"));
        if (size > SizeMax)
            errors.Add(FieldError.TooLong(path, SizeMax));
    }

    public static void Secret(FieldErrors errors, JsonObject secret, FieldPath path)
    {
        var data = secret.Object("data");
        if (Keys(errors, data, path.Child("data"), encoded: true) > SizeMax)
            errors.Add(FieldError.TooLong(path.Child("data"), SizeMax));
        switch (secret.String("type"))
        {
            case "kubernetes.io/service-account-token":
                if (string.IsNullOrEmpty(secret.Object("metadata").Object("annotations").String("kubernetes.io/service-account.name")))
                    errors.Add(FieldError.Required(FieldPath.Root.Child("metadata", "annotations").Key("kubernetes.io/service-account.name")));
                break;
            case "kubernetes.io/dockercfg":
                Json(errors, data, ".dockercfg", path);
                break;
            case "kubernetes.io/dockerconfigjson":
                Json(errors, data, ".dockerconfigjson", path);
                break;
            case "kubernetes.io/basic-auth":
                if (data?.ContainsKey("username") != true && data?.ContainsKey("password") != true)
                {
                    errors.Add(FieldError.Required(path.Child("data").Key("username")));
                    errors.Add(FieldError.Required(path.Child("data").Key("password")));
                }

                break;
            case "kubernetes.io/ssh-auth":
                if (string.IsNullOrEmpty(data.String("ssh-privatekey")))
                    errors.Add(FieldError.Required(path.Child("data").Key("ssh-privatekey")));
                break;
            case "kubernetes.io/tls":
                foreach (var key in (ReadOnlySpan<string>)["tls.crt", "tls.key"])
                    if (data?.ContainsKey(key) != true)
                        errors.Add(FieldError.Required(path.Child("data").Key(key)));
                break;
        }
    }

    public static void UpdateConfigMap(FieldErrors errors, JsonObject map, JsonObject old) => Immutable(errors, map, old, "data", "binaryData");

    public static void UpdateSecret(FieldErrors errors, JsonObject secret, JsonObject old)
    {
        FieldRules.Unchanged(errors, secret, old, FieldPath.Root, "type");
        Immutable(errors, secret, old, "data");
    }

    private static void Immutable(FieldErrors errors, JsonObject value, JsonObject old, params ReadOnlySpan<string> fields)
    {
        const string words = "field is immutable when `immutable` is set";
        if (old.Bool("immutable") != true)
            return;
        if (value.Bool("immutable") != true)
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("immutable"), words));
        foreach (var field in fields)
            if (!FieldRules.Same(value, old, field))
                errors.Add(FieldError.Forbidden(FieldPath.Root.Child(field), words));
    }

    private static long Keys(FieldErrors errors, JsonObject? data, FieldPath path, bool encoded)
    {
        long size = 0;
        foreach (var (key, value) in data ?? [])
        {
            errors.Check(path.Key(key), key, NameRules.ConfigKey(key));
            var text = value.AsString() ?? "";
            size += encoded ? text.Length / 4 * 3 : System.Text.Encoding.UTF8.GetByteCount(text);
        }

        return size;
    }

    private static void Json(FieldErrors errors, JsonObject? data, string key, FieldPath path)
    {
        var at = path.Child("data").Key(key);
        if (data.String(key) is not { } encoded)
        {
            errors.Add(FieldError.Required(at));
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(encoded));
        }
        catch (JsonException e)
        {
            errors.Add(FieldError.Invalid(at, "<secret contents redacted>", e.Message));
        }
    }
}
