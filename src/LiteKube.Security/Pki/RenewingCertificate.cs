using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Pki;

/// <summary>A certificate that lives in memory and is made anew in the last third of its life, however long the process runs.</summary>
public sealed class RenewingCertificate : IDisposable
{
    private readonly Func<X509Certificate2> _issue;
    private readonly TimeProvider _clock;
    private readonly Lock _issuing = new();
    private volatile X509Certificate2? _current;

    internal RenewingCertificate(Func<X509Certificate2> issue, TimeProvider clock)
    {
        _issue = issue;
        _clock = clock;
    }

    /// <summary>With its private key. Do not dispose; connections share it.</summary>
    public X509Certificate2 Current
    {
        get
        {
            if (_current is { } ready && !CertificateLifetimes.IsDue(ready.NotAfter, _clock.GetUtcNow()))
                return ready;
            lock (_issuing)
            {
                // One replaced may still be in use by open connections, so it is left to the finalizer.
                if (_current is not { } raced || CertificateLifetimes.IsDue(raced.NotAfter, _clock.GetUtcNow()))
                    _current = raced = _issue();
                return raced;
            }
        }
    }

    public void Dispose() => _current?.Dispose();
}
