using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Client;

/// <summary>How to reach a server and prove who one is: what a kubeconfig says. Credentials are functions, so that renewed ones are used without a restart.</summary>
public sealed record HttpsTransportOptions
{
    /// <summary>As in <c>https://10.0.0.1:6443</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>The CAs that may sign the server's certificate, PEM, any number; empty for the system's.</summary>
    public ReadOnlyMemory<byte> CertificateAuthority { get; init; }

    /// <summary>The name the server's certificate must carry, where it is not the host in <see cref="Server"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>The client's certificate with its key. Asked at each new connection; see <see cref="HttpsTransport.Reconnect"/>.</summary>
    public Func<X509Certificate2?>? ClientCertificate { get; init; }

    /// <summary>The bearer token. Asked at each request.</summary>
    public Func<CancellationToken, ValueTask<string?>>? BearerToken { get; init; }

    /// <summary>A connection that is quiet for so long is asked for a sign of life; without one in the same time again it is given up.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For everything but watches.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public string UserAgent { get; init; } = "litekube";
}
