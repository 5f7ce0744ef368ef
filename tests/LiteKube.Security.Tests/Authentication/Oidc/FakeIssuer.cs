using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Security.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Tests.Authentication.Oidc;

/// <summary>An OpenID Connect issuer on loopback, with keys that the test changes.</summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private RSA _key = RSA.Create(2048);
    private string _keyId = "one";

    private FakeIssuer(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        _web = builder.Build();
        _web.Run(HandleAsync);
    }

    public string Url => _web.Urls.Single();

    /// <summary>How often its keys were read.</summary>
    public int Reads { get; private set; }

    public bool IsDown { get; set; }

    public static async Task<FakeIssuer> StartAsync(CertificateAuthority authority)
    {
        var issuer = new FakeIssuer(authority.Issue(new CertificateSubject("issuer") { Addresses = [IPAddress.Loopback] }, CertificateUsage.ServerAuth));
        await issuer._web.StartAsync();
        return issuer;
    }

    public void ChangeKey()
    {
        _key.Dispose();
        _key = RSA.Create(2048);
        _keyId += "+";
    }

    public string Token(DateTimeOffset now, params (string Name, JsonNode? Value)[] claims)
    {
        var payload = new JsonObject
        {
            ["iss"] = Url,
            ["aud"] = "litekube",
            ["sub"] = "jane",
            ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        };
        foreach (var (name, value) in claims)
            payload[name] = value;
        return Sign("RS256", payload);
    }

    public string Sign(string algorithm, JsonObject payload)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = _keyId };
        var text = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()))}";
        return $"{text}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _key.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (IsDown)
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (context.Request.Path == "/.well-known/openid-configuration")
        {
            await context.Response.WriteAsync($$"""{"issuer":"{{Url}}","jwks_uri":"{{Url}}/keys"}""");
            return;
        }

        Reads++;
        var key = _key.ExportParameters(false);
        await context.Response.WriteAsync($$"""{"keys":[{"kty":"oct","k":"x"},{"kty":"RSA","use":"sig","kid":"{{_keyId}}","alg":"RS256","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""");
    }
}
