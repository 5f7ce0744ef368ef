using System.Globalization;
using System.Security.Cryptography;

namespace LiteKube.Admission.Webhooks;

/// <summary>Where a webhook is and whose word is taken that it is the one: the clientConfig of every configuration that names a webhook.</summary>
public sealed record WebhookEndpoint
{
    private WebhookEndpoint(Uri address, byte[] caBundle)
    {
        Address = address;
        CaBundle = caBundle;
        Trust = caBundle.Length == 0 ? "" : Convert.ToHexString(SHA256.HashData(caBundle));
    }

    /// <summary>https, with the path and without the timeout.</summary>
    public Uri Address { get; }

    /// <summary>PEM; empty for the roots of the machine.</summary>
    public byte[] CaBundle { get; }

    /// <summary>The same for equal bundles.</summary>
    public string Trust { get; }

    /// <summary>The Service to connect to; null where the address is one to look up and connect to as it stands.</summary>
    public (string Namespace, string Name, int Port)? Service { get; private init; }

    public static WebhookEndpoint OfService(string ns, string name, int? port, string? path, byte[]? caBundle)
    {
        var number = port ?? 443;
        var rooted = string.IsNullOrEmpty(path) ? "/" : path[0] == '/' ? path : "/" + path;
        return new WebhookEndpoint(new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{name}.{ns}.svc:{number}{rooted}")), caBundle ?? []) { Service = (ns, name, number) };
    }

    public static WebhookEndpoint OfUrl(string url, byte[]? caBundle) => new(new Uri(url), caBundle ?? []);

    /// <summary>As it stands in error messages, the port always included where the webhook is a Service.</summary>
    public string Describe(string? query)
    {
        var path = Address.PathAndQuery;
        var authority = Service is { } service ? $"{Address.Host}:{service.Port.ToString(CultureInfo.InvariantCulture)}" : Address.Authority;
        return query is null ? $"https://{authority}{path}" : $"https://{authority}{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
    }
}
