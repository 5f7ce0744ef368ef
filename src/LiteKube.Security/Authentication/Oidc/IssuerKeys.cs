using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace LiteKube.Security.Authentication.Oidc;

/// <summary>
/// The issuer's keys, found by its discovery document. Read when first needed, and again when a token is signed by a key not known: so an issuer changes
/// its keys when it likes, and unknown tokens cannot make this server ask more often than now and then.
/// </summary>
internal sealed partial class IssuerKeys : IDisposable
{
    private const int LargestAnswer = 1 << 20;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_leastBetween = TimeSpan.FromSeconds(10);

    private readonly string _issuer;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HttpClient _http;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Known _known = new([], DateTimeOffset.MinValue);

    public IssuerKeys(OidcOptions options, TimeProvider clock, ILogger log)
    {
        _issuer = options.IssuerUrl;
        _clock = clock;
        _log = log;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = s_timeout };
        if (options.CaFile is { } path)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
            Import(policy.CustomTrustStore, path);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        _http = new HttpClient(handler) { Timeout = s_timeout, MaxResponseContentBufferSize = LargestAnswer };
    }

    /// <summary>Null where no key of the issuer made the signature; false where its keys cannot be had.</summary>
    public async ValueTask<bool?> VerifiesAsync(IdToken token, CancellationToken cancellationToken)
    {
        var known = _known;
        if (Verifies(known, token))
            return true;
        var fresh = await ReadAsync(known, cancellationToken);
        if (fresh.Keys.Count == 0)
            return false;
        return Verifies(fresh, token) ? true : null;
    }

    public void Dispose()
    {
        _http.Dispose();
        _reading.Dispose();
    }

    private static void Import(X509Certificate2Collection store, string path)
    {
        try
        {
            store.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidDataException($"The OIDC issuer's CA file {path} cannot be used: {e.Message}", e);
        }

        if (store.Count == 0)
            throw new InvalidDataException($"The OIDC issuer's CA file {path} holds no certificate");
    }

    private static bool Verifies(Known known, IdToken token)
    {
        foreach (var key in known.Keys)
        {
            if ((token.KeyId.Length == 0 || key.Id == token.KeyId) && key.Verifies(token.Algorithm, token.SignedPart, token.Signature))
                return true;
        }

        return false;
    }

    /// <summary>The keys as they are now; those given where they were read a moment ago, or cannot be read.</summary>
    private async ValueTask<Known> ReadAsync(Known stale, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var now = _clock.GetUtcNow();
            if (!ReferenceEquals(_known, stale) || now - stale.Tried < s_leastBetween)
                return _known;
            try
            {
                _known = new Known(await FetchAsync(cancellationToken), now);
            }
            catch (Exception e) when (e is HttpRequestException or JsonException or InvalidDataException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The keys that were good stay so.
                NotRead(_log, _issuer, e.Message);
                _known = stale with { Tried = now };
            }

            return _known;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<IReadOnlyList<JsonWebKey>> FetchAsync(CancellationToken cancellationToken)
    {
        var discovery = await GetAsync($"{_issuer.TrimEnd('/')}/.well-known/openid-configuration", cancellationToken);
        if (Text(discovery, "issuer") != _issuer)
            throw new InvalidDataException("its discovery document names another issuer");
        if (Text(discovery, "jwks_uri") is not { } uri || !uri.StartsWith("https://", StringComparison.Ordinal))
            throw new InvalidDataException("its discovery document has no jwks_uri under https");
        return JsonWebKey.ReadSet(await GetAsync(uri, cancellationToken));
    }

    private async Task<JsonElement> GetAsync(string uri, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(uri, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.Clone();
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(LogLevel.Warning, "The keys of the OIDC issuer {Issuer} cannot be read: {Error}. Tokens of keys not known yet are refused.")]
    private static partial void NotRead(ILogger log, string issuer, string error);

    /// <param name="Tried">When they were read last, or could not be.</param>
    private sealed record Known(IReadOnlyList<JsonWebKey> Keys, DateTimeOffset Tried);
}
