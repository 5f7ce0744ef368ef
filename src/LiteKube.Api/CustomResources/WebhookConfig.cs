using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;

namespace LiteKube.Api.CustomResources;

/// <summary>The clientConfig of a conversion webhook.</summary>
internal static class WebhookConfig
{
    public static void Validate(FieldErrors errors, JsonObject config, FieldPath path)
    {
        var url = config.String("url");
        var service = config.Object("service");
        if (url is null == service is null)
        {
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
            return;
        }

        if (url is not null)
            Url(errors, url, path.Child("url"));
        else
            Service(errors, service!, path.Child("service"));
    }

    /// <summary>Null for what is not base64, which the type's own check refuses.</summary>
    public static byte[]? BytesOf(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static void Url(FieldErrors errors, string text, FieldPath path)
    {
        const string form = "; desired format: https://host[/path]";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            errors.Add(FieldError.Required(path, "url must be a valid URL" + form));
            return;
        }

        if (url.Scheme != "https")
            errors.Add(FieldError.Invalid(path, url.Scheme, "'https' is the only allowed URL scheme" + form));
        if (url.Host.Length == 0)
            errors.Add(FieldError.Invalid(path, url.Host, "host must be specified" + form));
        if (url.UserInfo.Length > 0)
            errors.Add(FieldError.Invalid(path, url.UserInfo, "user information is not permitted in the URL"));
        if (url.Fragment.Length > 0)
            errors.Add(FieldError.Invalid(path, url.Fragment, "fragments are not permitted in the URL"));
        if (url.Query.Length > 0)
            errors.Add(FieldError.Invalid(path, url.Query, "query parameters are not permitted in the URL"));
    }

    private static void Service(FieldErrors errors, JsonObject service, FieldPath path)
    {
        if (string.IsNullOrEmpty(service.String("name")))
            errors.Add(FieldError.Required(path.Child("name"), "service name is required"));
        if (string.IsNullOrEmpty(service.String("namespace")))
            errors.Add(FieldError.Required(path.Child("namespace"), "service namespace is required"));
        if (service.Long("port") is { } port and (< 1 or > 65535))
            errors.Add(FieldError.Invalid(path.Child("port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
        if (service.String("path") is { Length: > 0 } at && !at.StartsWith('/'))
            errors.Add(FieldError.Invalid(path.Child("path"), at, "must start with a '/'"));
    }
}
