using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Client;

/// <summary>Builds the connection pool: whom to trust, whom to be, and how soon a dead server is noticed.</summary>
internal static class HttpsConnection
{
    public static HttpClient Open(HttpsTransportOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.ServerName is { } name)
            tls.TargetHost = name;
        if (options.ClientCertificate is { } certificate)
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate()!;
        if (!options.CertificateAuthority.IsEmpty)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPem(System.Text.Encoding.ASCII.GetString(options.CertificateAuthority.Span));
        }

        var handler = new SocketsHttpHandler
        {
            SslOptions = tls,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePingDelay = options.KeepAlive,
            KeepAlivePingTimeout = options.KeepAlive,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        };

        // Time limits are per request; a watch has none.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
