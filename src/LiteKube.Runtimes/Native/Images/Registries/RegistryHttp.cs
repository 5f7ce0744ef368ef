using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>The HTTP client of one registry endpoint, with the authorities and the certificate that its settings name.</summary>
internal static class RegistryHttp
{
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(15);

    /// <exception cref="RegistryException">A file named in the settings cannot be used.</exception>
    public static HttpClient Create(RegistryEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = s_connect, PooledConnectionIdleTimeout = s_idle, MaxConnectionsPerServer = 8 };
        try
        {
            if (endpoint.Host is { CertFile: { } cert, KeyFile: var key })
            {
                using var pem = X509Certificate2.CreateFromPemFile(cert, key);
                handler.SslOptions.ClientCertificates = [new X509Certificate2(pem)];
            }

            if (endpoint.Host.InsecureSkipVerify)
                handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            else if (endpoint.Host.CaFile is { } ca)
                handler.SslOptions.RemoteCertificateValidationCallback = TrustAlso(ca);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            handler.Dispose();
            throw new RegistryException($"{e.Message}; the registries file names it for {endpoint.Address.Authority}", transient: false, e);
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { { "User-Agent", "litekube" } } };
    }

    /// <summary>The system's authorities stay trusted: a registry may redirect to another host.</summary>
    private static RemoteCertificateValidationCallback TrustAlso(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None)
                return true;
            if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is null)
                return false;
            using var own = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            own.ChainPolicy.CustomTrustStore.AddRange(authorities);
            own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
            foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
                own.ChainPolicy.ExtraStore.Add(element.Certificate);
            return own.Build(certificate as X509Certificate2 ?? new X509Certificate2(certificate));
        };
    }
}
