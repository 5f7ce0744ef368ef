using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Security.Pki;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Connections to aggregated API servers, on which this server shows the front proxy's certificate: pooled ones for requests, single ones for tunnels.</summary>
internal sealed class RemoteConnections(IServiceDialer dialer, ClusterPki pki) : IDisposable
{
    private const int MostPools = 64;

    private readonly ConcurrentDictionary<(string Trust, bool Insecure), Lazy<Pool>> _pools = new();

    private static HttpRequestOptionsKey<RemoteApi> ApiKey { get; } = new("api");

    /// <exception cref="ApiException">ServiceUnavailable: not reached, or not trusted.</exception>
    public async ValueTask<HttpResponseMessage> SendAsync(RemoteApi api, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.Set(ApiKey, api);
        request.Version = HttpVersion.Version11; // HeaderLines knows no other.
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        foreach (var (name, values) in request.Headers.NonValidated.Where(h => h.Value.Count > 1 && h.Key.StartsWith(RemoteUser.Prefix, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, HeaderLines.Join(name, values));
        }

        try
        {
            return await PoolOf(api).Invoker.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(api, e);
        }
    }

    /// <exception cref="ApiException">ServiceUnavailable: not reached, or not trusted.</exception>
    public async ValueTask<Stream> ConnectAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var service = api.Endpoint.Service!.Value;
        var trust = new BundleTrust(api.Endpoint.CaBundle);
        var tls = new SslStream(await dialer.DialAsync(service.Namespace, service.Name, service.Port, cancellationToken), leaveInnerStreamOpen: false);
        try
        {
            var options = Tls(api.Insecure ? null : trust);
            options.TargetHost = api.Endpoint.Address.Host;
            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw Unreachable(api, e);
        }
        finally
        {
            trust.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var key in _pools.Keys)
            Remove(key);
    }

    private static ApiException Unreachable(RemoteApi api, Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is ApiException or AuthenticationException or SocketException)
                return new ApiException(StatusReason.ServiceUnavailable, $"error trying to reach service: {inner.Message}");
        }

        return new ApiException(StatusReason.ServiceUnavailable, $"error trying to reach service: {api.Endpoint.Address.Host}: {error.Message}");
    }

    private SslClientAuthenticationOptions Tls(BundleTrust? trust) => new()
    {
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = trust is null ? (_, _, _, _) => true : trust.Verify,
        // Asked at each handshake: the certificate is renewed while pools live.
        LocalCertificateSelectionCallback = (_, _, _, _, _) => pki.FrontProxyClient.Current,
    };

    private Pool PoolOf(RemoteApi api)
    {
        var key = (api.Endpoint.Trust, api.Insecure);
        if (_pools.TryGetValue(key, out var known))
            return known.Value;
        if (_pools.Count >= MostPools)
        {
            foreach (var old in _pools.Keys.Take(MostPools / 2))
                Remove(old);
        }

        return _pools.GetOrAdd(key, _ => new Lazy<Pool>(() => Make(api))).Value;
    }

    private Pool Make(RemoteApi api)
    {
        var trust = new BundleTrust(api.Endpoint.CaBundle);
        return new Pool(trust, new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            ConnectCallback = ConnectAsync,
            PlaintextStreamFilter = (connection, _) => ValueTask.FromResult<Stream>(new HeaderLines(connection.PlaintextStream)),
            SslOptions = Tls(api.Insecure ? null : trust),
        }));
    }

    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (!context.InitialRequestMessage.Options.TryGetValue(ApiKey, out var api))
            throw new InvalidOperationException("a request to an aggregated API server without one");
        var service = api.Endpoint.Service!.Value;
        return dialer.DialAsync(service.Namespace, service.Name, service.Port, cancellationToken);
    }

    private void Remove((string, bool) key)
    {
        if (!_pools.TryRemove(key, out var removed) || !removed.IsValueCreated)
            return;
        removed.Value.Invoker.Dispose();
        removed.Value.Trust.Dispose();
    }

    private sealed record Pool(BundleTrust Trust, HttpMessageInvoker Invoker);
}
