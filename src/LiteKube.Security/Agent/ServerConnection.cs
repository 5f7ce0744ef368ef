using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Security.Agent;

/// <summary>The few requests of joining, over HTTPS, as whoever the credentials say.</summary>
internal sealed class ServerConnection : IDisposable
{
    private const int LargestAnswer = 1 << 20;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly Uri _server;
    private readonly HttpClient _http;

    private ServerConnection(Uri server, SslClientAuthenticationOptions tls, string? bearer)
    {
        _server = server;
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = tls, UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = server,
            Timeout = s_timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
        if (bearer is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
    }

    /// <summary>To a server not known yet: its certificate is not looked at, so nothing secret may be said and nothing believed unchecked.</summary>
    public static ServerConnection Unverified(Uri server) =>
        new(server, new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true }, null);

    public static ServerConnection WithToken(Uri server, X509Certificate2 authority, string bearer) => new(server, Verified(authority), bearer);

    public static ServerConnection WithCertificate(Uri server, X509Certificate2 authority, X509Certificate2 client)
    {
        var tls = Verified(authority);
        tls.ClientCertificateContext = SslStreamCertificateContext.Create(client, null, offline: true);
        return new ServerConnection(server, tls, null);
    }

    public async Task<string> GetTextAsync(string step, string path, CancellationToken cancellationToken) =>
        System.Text.Encoding.UTF8.GetString(await SendAsync(step, HttpMethod.Get, path, null, cancellationToken));

    public async Task<T> GetAsync<T>(string step, string path, CancellationToken cancellationToken) where T : class, IJsonType<T> =>
        JsonText.Parse<T>(await SendAsync(step, HttpMethod.Get, path, null, cancellationToken));

    public async Task<T> PostAsync<T>(string step, string path, T body, CancellationToken cancellationToken) where T : class, IJsonType<T> =>
        JsonText.Parse<T>(await SendAsync(step, HttpMethod.Post, path, JsonText.Bytes(body), cancellationToken));

    public void Dispose() => _http.Dispose();

    private static SslClientAuthenticationOptions Verified(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(authority);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    private async Task<byte[]> SendAsync(string step, HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? content : throw Refused(step, response.StatusCode, content);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new JoinException(step, _server, $"no secure connection: {(e.InnerException ?? e).Message}", "Check that the address is the LiteKube server's, under a name or address in its certificate (--tls-san adds some), and that the join token is this server's.", e);
        }
        catch (HttpRequestException e)
        {
            throw new JoinException(step, _server, (e.InnerException ?? e).Message, "Check that litekube server runs there and that no firewall closes the port.", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JoinException(step, _server, $"no answer within {s_timeout.TotalSeconds:0} s", "Check that litekube server runs there and that no firewall closes the port.", e);
        }
    }

    private JoinException Refused(string step, HttpStatusCode code, byte[] content)
    {
        var why = $"HTTP {(int)code}, {MessageOf(content)}";
        return code switch
        {
            HttpStatusCode.Unauthorized => new JoinException(step, _server, why, "The server does not know this token any more, or not this node's certificate. Take the token from <data-dir>/server/token on the server.") { IsFinal = true },
            HttpStatusCode.Forbidden => new JoinException(step, _server, why, "The token may not request a node's certificate: check the binding litekube:node-bootstrapper on the server."),
            _ => new JoinException(step, _server, why, "See the server's log."),
        };
    }

    private static string MessageOf(byte[] content)
    {
        try
        {
            return JsonText.Parse<Status>(content).Message ?? "no message";
        }
        catch (System.Text.Json.JsonException)
        {
            return "the answer is not a Kubernetes Status";
        }
    }
}
