using System.Security.Cryptography.X509Certificates;

namespace LiteKube.Security.Agent;

/// <summary>What a node proves itself with, and whom it believes. Certificates are those of now: ask at each new connection.</summary>
public sealed class NodeCredentials : IDisposable
{
    private volatile NodeCertificates _current;

    internal NodeCredentials(NodeCertificates current) => _current = current;

    /// <summary>Raised after certificates were replaced, so that connections can be made anew.</summary>
    public event Action? Renewed;

    /// <summary>Who may sign the API server's certificate, PEM.</summary>
    public string ServerCaPem => _current.ServerCa.ExportCertificatePem() + "\n";

    /// <summary>Who may sign the certificates of those that call this node.</summary>
    public X509Certificate2Collection ClientCas => [_current.ClientCa];

    /// <summary>This node's identity to the API server, with its key.</summary>
    public X509Certificate2 Client => _current.Client;

    /// <summary>What this node's own server shows, with its key.</summary>
    public X509Certificate2 Serving => _current.Serving;

    internal NodeCertificates Current => _current;

    // Connections under way may use the old ones, so they are left to the finalizer.
    internal void Replace(NodeCertificates renewed)
    {
        _current = renewed;
        Renewed?.Invoke();
    }

    public void Dispose() => _current.Dispose();
}
