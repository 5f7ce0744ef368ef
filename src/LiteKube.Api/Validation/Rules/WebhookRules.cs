using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>Webhook configurations, and the rules by which webhooks and policies name resources.</summary>
internal static class WebhookRules
{
    private const int MostConditions = 64;
    private const string UrlForm = "; desired format: https://host[/path]";

    private static readonly string[] s_operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
    private static readonly string[] s_scopes = ["*", "Cluster", "Namespaced"];
    private static readonly string[] s_reviews = ["v1", "v1beta1"];

    public static void Configuration(FieldErrors errors, JsonObject configuration, FieldPath path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, webhook) in configuration.Items("webhooks"))
        {
            if (webhook.String("name") is { Length: > 0 } name && !names.Add(name))
                errors.Add(FieldError.Duplicate(path.Child("webhooks").Index(i).Child("name"), name));
        }
    }

    public static void Webhook(FieldErrors errors, JsonObject webhook, FieldPath path)
    {
        var name = webhook.String("name") ?? "";
        if (name.Length > 0)
        {
            errors.Check(path.Child("name"), name, NameRules.DnsSubdomain(name));
            if (name.Split('.').Length < 3)
                errors.Add(FieldError.Invalid(path.Child("name"), name, "should be a domain with at least three segments separated by dots"));
        }

        Versions(errors, webhook.Array("admissionReviewVersions"), path.Child("admissionReviewVersions"));
        if (webhook.Object("clientConfig") is { } config)
            ClientConfig(errors, config, path.Child("clientConfig"));
        Conditions(errors, webhook, path.Child("matchConditions"));
    }

    /// <summary>The clientConfig of webhooks of every kind.</summary>
    public static void ClientConfig(FieldErrors errors, JsonObject config, FieldPath path)
    {
        var url = config.String("url");
        var service = config.Object("service");
        if (url is null == service is null)
            errors.Add(FieldError.Required(path, "exactly one of url or service is required"));
        else if (url is not null)
            Url(errors, url, path.Child("url"));
        else
            Service(errors, service!, path.Child("service"));
    }

    public static void Rule(FieldErrors errors, JsonObject rule, FieldPath path)
    {
        var operations = Texts(rule, "operations");
        if (operations.Length == 0)
            errors.Add(FieldError.Required(path.Child("operations")));
        if (operations.Length > 1 && operations.Contains("*"))
            errors.Add(FieldError.Invalid(path.Child("operations"), rule["operations"], "if '*' is present, must not specify other operations"));
        for (var i = 0; i < operations.Length; i++)
        {
            if (!s_operations.Contains(operations[i]))
                errors.Add(FieldError.NotSupported(path.Child("operations").Index(i), operations[i], s_operations));
        }

        Wildcard(errors, rule, path, "apiGroups", "API groups");
        Wildcard(errors, rule, path, "apiVersions", "API versions");
        var versions = Texts(rule, "apiVersions");
        for (var i = 0; i < versions.Length; i++)
        {
            if (versions[i].Length == 0)
                errors.Add(FieldError.Required(path.Child("apiVersions").Index(i)));
        }

        Resources(errors, rule, path.Child("resources"));
        if (rule.String("scope") is { } scope && !s_scopes.Contains(scope))
            errors.Add(FieldError.NotSupported(path.Child("scope"), scope, s_scopes));
    }

    public static void Conditions(FieldErrors errors, JsonObject owner, FieldPath path)
    {
        if (owner.Array("matchConditions") is { Count: > MostConditions } many)
            errors.Add(FieldError.TooMany(path, many.Count, MostConditions));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, condition) in owner.Items("matchConditions"))
        {
            var name = condition.String("name") ?? "";
            if (name.Length > 0)
                errors.Check(path.Index(i).Child("name"), name, NameRules.QualifiedName(name));
            if (name.Length > 0 && !names.Add(name))
                errors.Add(FieldError.Duplicate(path.Index(i).Child("name"), name));
            if (string.IsNullOrWhiteSpace(condition.String("expression")))
                errors.Add(FieldError.Required(path.Index(i).Child("expression")));
        }
    }

    private static void Versions(FieldErrors errors, JsonArray? list, FieldPath path)
    {
        string[] versions = [.. (list ?? []).Select(v => v.AsString() ?? "")];
        if (versions.Length == 0)
        {
            errors.Add(FieldError.Required(path, $"must specify one of {string.Join(", ", s_reviews)}"));
            return;
        }

        for (var i = 0; i < versions.Length; i++)
        {
            errors.Check(path.Index(i), versions[i], NameRules.Dns1035Label(versions[i]));
            if (Array.IndexOf(versions, versions[i]) < i)
                errors.Add(FieldError.Invalid(path.Index(i), versions[i], "duplicate version"));
        }

        if (!versions.Any(s_reviews.Contains))
            errors.Add(FieldError.Invalid(path, list, $"must include at least one of {string.Join(", ", s_reviews)}"));
    }

    private static void Url(FieldErrors errors, string url, FieldPath path)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            errors.Add(url.Contains("://", StringComparison.Ordinal)
                ? FieldError.Required(path, $"url must be a valid URL: parse \"{url}\": invalid{UrlForm}")
                : FieldError.Invalid(path, "", $"'https' is the only allowed URL scheme{UrlForm}"));
            return;
        }

        if (parsed.Scheme != Uri.UriSchemeHttps)
            errors.Add(FieldError.Invalid(path, parsed.Scheme, $"'https' is the only allowed URL scheme{UrlForm}"));
        if (parsed.Host.Length == 0)
            errors.Add(FieldError.Invalid(path, "", $"host must be specified{UrlForm}"));
        if (parsed.UserInfo.Length > 0)
            errors.Add(FieldError.Invalid(path, parsed.UserInfo, "user information is not permitted in the URL"));
        if (parsed.Fragment.Length > 1)
            errors.Add(FieldError.Invalid(path, parsed.Fragment[1..], "fragments are not permitted in the URL"));
        if (parsed.Query.Length > 1)
            errors.Add(FieldError.Invalid(path, parsed.Query[1..], "query parameters are not permitted in the URL"));
    }

    private static void Service(FieldErrors errors, JsonObject service, FieldPath path)
    {
        if (string.IsNullOrEmpty(service.String("name")))
            errors.Add(FieldError.Required(path.Child("name"), "service name is required"));
        if (string.IsNullOrEmpty(service.String("namespace")))
            errors.Add(FieldError.Required(path.Child("namespace"), "service namespace is required"));
        if (service.Long("port") is { } port and (< 1 or > 65535))
            errors.Add(FieldError.Invalid(path.Child("port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
        if (service.String("path") is not { Length: > 0 } text || text == "/")
            return;
        var at = path.Child("path");
        if (text[0] != '/')
            errors.Add(FieldError.Invalid(at, text, "must start with a '/'"));
        var steps = text[1..].Split('/');
        if (steps.Length > 1 && steps[^1].Length == 0)
            steps = steps[..^1];
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0)
                errors.Add(FieldError.Invalid(at, text, $"segment[{i}] may not be empty"));
            else if (NameRules.DnsSubdomain(steps[i]) is { } wrong)
                errors.Add(FieldError.Invalid(at, text, $"segment[{i}]: {wrong}"));
        }
    }

    private static void Wildcard(FieldErrors errors, JsonObject rule, FieldPath path, string field, string words)
    {
        var values = Texts(rule, field);
        if (values.Length == 0)
            errors.Add(FieldError.Required(path.Child(field)));
        if (values.Length > 1 && values.Contains("*"))
            errors.Add(FieldError.Invalid(path.Child(field), rule[field], $"if '*' is present, must not specify other {words}"));
    }

    private static void Resources(FieldErrors errors, JsonObject rule, FieldPath path)
    {
        var resources = Texts(rule, "resources");
        if (resources.Length == 0)
            errors.Add(FieldError.Required(path));
        var wholeResources = new HashSet<string>(StringComparer.Ordinal);
        var wholeSubresources = new HashSet<string>(StringComparer.Ordinal);
        var plain = false;
        for (var i = 0; i < resources.Length; i++)
        {
            var resource = resources[i];
            if (resource.Length == 0)
            {
                errors.Add(FieldError.Required(path.Index(i)));
                continue;
            }

            var slash = resource.IndexOf('/');
            if (slash < 0)
            {
                plain |= resource != "*";
                continue;
            }

            var (name, sub) = (resource[..slash], resource[(slash + 1)..]);
            if (wholeResources.Contains(name))
                errors.Add(FieldError.Invalid(path.Index(i), resource, $"if '{name}/*' is present, must not specify {resource}"));
            if (wholeSubresources.Contains(sub))
                errors.Add(FieldError.Invalid(path.Index(i), resource, $"if '*/{sub}' is present, must not specify {resource}"));
            if (sub == "*")
                wholeResources.Add(name);
            if (name == "*")
                wholeSubresources.Add(sub);
        }

        if (resources.Length > 1 && resources.Contains("*/*"))
            errors.Add(FieldError.Invalid(path, rule["resources"], "if '*/*' is present, must not specify other resources"));
        if (plain && resources.Contains("*"))
            errors.Add(FieldError.Invalid(path, rule["resources"], "if '*' is present, must not specify other resources without subresources"));
    }

    private static string[] Texts(JsonObject owner, string name) => [.. (owner.Array(name) ?? []).Select(v => v.AsString() ?? "")];
}
