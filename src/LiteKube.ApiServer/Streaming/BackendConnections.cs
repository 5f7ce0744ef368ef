using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api;
using LiteKube.Security.Pki;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Connections to backends: single ones for tunnels, pooled ones for requests.</summary>
internal sealed class BackendConnections : IDisposable
{
    private readonly IBackendDialer _dialer;
    private readonly ClusterPki _pki;
    private readonly IOwnNode? _ownNode;
    private readonly HttpMessageInvoker _plain;
    private readonly HttpMessageInvoker _tls;
    private readonly HttpMessageInvoker _nodes;
    private volatile Shown? _shownToNodes;

    public BackendConnections(IBackendDialer dialer, ClusterPki pki, IOwnNode? ownNode = null)
    {
        _dialer = dialer;
        _pki = pki;
        _ownNode = ownNode;
        _plain = Pool();
        _tls = Pool();
        _nodes = Pool();
    }

    public static HttpRequestOptionsKey<Backend> BackendKey { get; } = new("backend");

    /// <summary>Requests of different trust never share a connection, although all are http to the pool.</summary>
    public HttpMessageInvoker PoolOf(Backend backend) => backend.Node is not null ? _nodes : backend.Tls ? _tls : _plain;

    /// <exception cref="ApiException">ServiceUnavailable: nobody answers there.</exception>
    public async ValueTask<Stream> ConnectAsync(Backend backend, CancellationToken cancellationToken)
    {
        try
        {
            if (backend.Node is not null && _ownNode?.Connect(backend.Node, _pki.KubeletClient.Current) is { } own)
                return own;
            var plain = backend.Node is { } node
                ? await _dialer.DialNodeAsync(node, backend.Address, backend.Port, cancellationToken)
                : await _dialer.DialPodAsync(backend.Address, backend.Port, cancellationToken);
            return backend.Tls ? await SecureAsync(plain, backend, cancellationToken) : plain;
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ApiException(StatusReason.ServiceUnavailable, $"error trying to reach service: dial tcp {backend.Authority}: {e.Message}");
        }
    }

    public void Dispose()
    {
        _plain.Dispose();
        _tls.Dispose();
        _nodes.Dispose();
    }

    private HttpMessageInvoker Pool() =>
        new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            ActivityHeadersPropagator = null,
            // The whole connection is made here, TLS included, so that the scheme of pooled requests is always http.
            ConnectCallback = async (context, token) => await ConnectAsync(context.InitialRequestMessage.Options.TryGetValue(BackendKey, out var backend)
                ? backend
                : throw new InvalidOperationException("a request to a backend without a backend"), token),
        });

    private async ValueTask<Stream> SecureAsync(Stream plain, Backend backend, CancellationToken cancellationToken)
    {
        var own = backend.Node is not null;
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = backend.Address,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            // Pods and services are spoken to by whoever may use the proxy, and bring certificates of their own making.
            RemoteCertificateValidationCallback = (_, certificate, chain, _) => !own || (certificate is X509Certificate2 shown && IsNodes(shown, chain)),
        };
        if (own)
        {
            options.ClientCertificateContext = ShownToNodes();
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _pki.ServerCa.PublicCertificate }, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        }

        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    /// <summary>Made once for each certificate, so that handshakes are cheap and sessions with a node can be resumed.</summary>
    private SslStreamCertificateContext ShownToNodes()
    {
        var certificate = _pki.KubeletClient.Current;
        var shown = _shownToNodes;

        // Two that make it at once are both right.
        if (shown is null || !ReferenceEquals(shown.Certificate, certificate))
            _shownToNodes = shown = new Shown(certificate, SslStreamCertificateContext.Create(certificate, null, offline: true));
        return shown.Context;
    }

    /// <summary>Signed by the cluster. Not tied to the address, which a node may change.</summary>
    private bool IsNodes(X509Certificate2 certificate, X509Chain? chain)
    {
        var intermediates = new X509Certificate2Collection();
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            intermediates.Add(element.Certificate);
        return _pki.ServerCa.Verifies(certificate, intermediates, CertificateUsage.ServerAuth, out _);
    }

    private sealed record Shown(X509Certificate2 Certificate, SslStreamCertificateContext Context);
}
