using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using LiteKube.Api;

namespace LiteKube.Admission.Webhooks;

/// <summary>
/// Posts JSON to webhooks over TLS: admission's, conversion's and whatever else names one by a clientConfig. Connections are pooled by CA bundle, so that
/// what one bundle vouches for never serves another; a bundle that is used no more loses its pool.
/// </summary>
public sealed class WebhookClient(IServiceDialer dialer, TimeProvider time) : IDisposable
{
    /// <summary>Answers beyond this are refused unread.</summary>
    public const int LongestAnswer = 16 * 1024 * 1024;

    private const int MostPools = 256;

    private static readonly HttpRequestOptionsKey<WebhookEndpoint> s_endpointKey = new("endpoint");
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly ConcurrentDictionary<(string Trust, bool Service), Lazy<Pool>> _pools = new();

    /// <param name="query">Appended to the address, as <c>timeout=10s</c>; null for none.</param>
    /// <returns>The body of a 2xx answer.</returns>
    /// <exception cref="WebhookCallException">Not reached, not trusted, too slow, another status.</exception>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async ValueTask<byte[]> PostAsync(WebhookEndpoint endpoint, ReadOnlyMemory<byte> body, string? query, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var described = endpoint.Describe(query);
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, described)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ReadOnlyMemoryContent(body),
        };
        request.Content.Headers.ContentType = s_json;
        request.Headers.TryAddWithoutValidation("Accept", "application/json, */*");
        request.Headers.TryAddWithoutValidation("User-Agent", "kube-apiserver-admission");
        request.Options.Set(s_endpointKey, endpoint);
        try
        {
            using var answer = await PoolOf(endpoint).Invoker.SendAsync(request, linked.Token);
            var bytes = await ReadAsync(answer, linked.Token);
            return (int)answer.StatusCode is >= 200 and < 300 ? bytes : throw new WebhookCallException(Refusal(answer.StatusCode, bytes));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WebhookCallException($"Post \"{described}\": context deadline exceeded");
        }
        catch (HttpRequestException e)
        {
            throw new WebhookCallException($"Post \"{described}\": {Cause(e)}", e);
        }
        catch (IOException e)
        {
            throw new WebhookCallException($"Post \"{described}\": {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (var (key, _) in _pools)
            Remove(key);
    }

    private static async ValueTask<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + length > LongestAnswer)
                throw new WebhookCallException($"the answer is longer than {LongestAnswer} bytes");
            read.Write(buffer, 0, length);
        }

        return read.ToArray();
    }

    private static string Refusal(HttpStatusCode code, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 2048))).Trim();
        return code switch
        {
            HttpStatusCode.NotFound => "the server could not find the requested resource",
            HttpStatusCode.Unauthorized => "the server has asked for the client to provide credentials",
            HttpStatusCode.Forbidden => text.Length == 0 ? "unknown" : text,
            HttpStatusCode.BadRequest => "the server rejected our request for an unknown reason",
            HttpStatusCode.TooManyRequests => "the server has received too many requests and has asked us to try again later",
            HttpStatusCode.ServiceUnavailable => "the server is currently unable to handle the request",
            HttpStatusCode.InternalServerError => $"an error on the server (\"{text}\") has prevented the request from succeeding",
            _ => text.Length == 0 ? $"the server responded with the status code {(int)code} but did not return more information" : text,
        };
    }

    /// <summary>What lies at the bottom of a failed request, without the client library's own sentences.</summary>
    private static string Cause(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is ApiException or AuthenticationException or SocketException)
                return inner.Message;
        }

        return error.Message;
    }

    private Pool PoolOf(WebhookEndpoint endpoint)
    {
        var key = (endpoint.Trust, endpoint.Service is not null);
        if (_pools.TryGetValue(key, out var known))
            return known.Value;
        if (_pools.Count >= MostPools)
            Evict();
        return _pools.GetOrAdd(key, _ => new Lazy<Pool>(() => new Pool(endpoint.CaBundle, ConnectAsync))).Value;
    }

    // Bundles come and go with their configurations. Which one goes matters little: a pool is made again in a moment.
    private void Evict()
    {
        foreach (var (key, _) in _pools.Take(MostPools / 2))
            Remove(key);
    }

    private void Remove((string, bool) key)
    {
        if (_pools.TryRemove(key, out var removed) && removed.IsValueCreated)
            removed.Value.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (context.InitialRequestMessage.Options.TryGetValue(s_endpointKey, out var endpoint) && endpoint.Service is { } service)
            return await dialer.DialAsync(service.Namespace, service.Name, service.Port, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Pool : IDisposable
    {
        private readonly BundleTrust _trust;

        public Pool(byte[] bundle, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
        {
            _trust = new BundleTrust(bundle);
            Invoker = new HttpMessageInvoker(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = DecompressionMethods.None,
                EnableMultipleHttp2Connections = true,
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                // Endpoints of a Service change; a connection is not kept to one for ever.
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                ActivityHeadersPropagator = null,
                ConnectCallback = connect,
                SslOptions = { CertificateRevocationCheckMode = X509RevocationMode.NoCheck, RemoteCertificateValidationCallback = _trust.Verify },
            });
        }

        public HttpMessageInvoker Invoker { get; }

        public void Dispose()
        {
            Invoker.Dispose();
            _trust.Dispose();
        }
    }
}
