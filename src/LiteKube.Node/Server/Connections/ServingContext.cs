using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Node.Server.Connections;

/// <summary>The certificate to serve now as SslStream wants it: made once for all handshakes with it, so that they are cheap and sessions can be resumed.</summary>
internal sealed class ServingContext(Func<X509Certificate2> serving)
{
    private volatile Made? _made;

    public SslStreamCertificateContext Current
    {
        get
        {
            var certificate = serving();
            var made = _made;

            // Two that make it at once are both right.
            if (made is null || !ReferenceEquals(made.Certificate, certificate))
                _made = made = new Made(certificate, SslStreamCertificateContext.Create(certificate, null, offline: true));
            return made.Context;
        }
    }

    private sealed record Made(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
