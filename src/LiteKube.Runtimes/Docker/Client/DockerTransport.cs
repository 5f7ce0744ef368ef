using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>
/// HTTP over the engine's unix socket. The API version is agreed on at the first call (<c>/_ping</c> tells the engine's newest) and again after the
/// engine was away. An engine that cannot be reached, or is silent for too long, is a <see cref="RuntimeException"/> with Unavailable.
/// </summary>
internal sealed class DockerTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeSpan _requestTimeout;
    private ApiVersion? _version;

    public DockerTransport(string host, TimeSpan requestTimeout)
    {
        if (!host.StartsWith("unix://", StringComparison.Ordinal) || host.Length == "unix://".Length)
            throw new ArgumentException($"the Docker host must be a unix socket such as unix:///var/run/docker.sock, not \"{host}\"", nameof(host));
        SocketPath = host["unix://".Length..];
        _requestTimeout = requestTimeout;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, token) => new NetworkStream(await ConnectAsync(token).ConfigureAwait(false), ownsSocket: true),
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://docker/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public string SocketPath { get; }

    /// <summary>The version in use; agrees on one first where needed.</summary>
    public async ValueTask<ApiVersion> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
            return known;
        using var response = await SendCoreAsync(HttpMethod.Get, "_ping", null, null, _requestTimeout, cancellationToken).ConfigureAwait(false);
        await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
        var newest = response.Headers.TryGetValues("Api-Version", out var values) ? ApiVersion.Parse(values.FirstOrDefault()) : null;
        if (newest is not { } engine)
            throw new RuntimeException(RuntimeError.Unavailable, $"what listens on {SocketPath} is not a Docker Engine: it names no API version");
        if (engine.CompareTo(ApiVersion.Oldest) < 0)
            throw new RuntimeException(RuntimeError.Unavailable, $"the Docker Engine on {SocketPath} speaks API {engine}; LiteKube needs {ApiVersion.Oldest} (Docker 20.10) or newer");
        var version = engine.CompareTo(ApiVersion.Newest) < 0 ? engine : ApiVersion.Newest;
        _version = version;
        return version;
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    public async Task<TResult> PostAsync<TBody, TResult>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TResult> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, path, JsonContent(body, bodyType), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>For calls whose answer says nothing. 304 (already so) is success.</summary>
    public async Task InvokeAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        using var response = await SendAsync(method, path, body, cancellationToken, timeout: timeout).ConfigureAwait(false);
    }

    /// <summary>For answers without an end of their own: events, logs, progress. Only the headers are under the request timeout.</summary>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, Action<HttpRequestHeaders>? headers = null, TimeSpan? timeout = null) =>
        await SendAsync(method, path, body, cancellationToken, headers, timeout).ConfigureAwait(false);

    /// <summary>A POST whose connection then carries raw streams both ways.</summary>
    public async Task<HijackedConnection> HijackAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        var version = await GetVersionAsync(cancellationToken).ConfigureAwait(false);
        Socket? socket = null;
        try
        {
            socket = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var head = $"POST /v{version}/{path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
            byte[] request = [.. Encoding.ASCII.GetBytes(head), .. body];
            var connection = await HijackedConnection.OpenAsync(socket, request, cancellationToken).ConfigureAwait(false);
            socket = null;
            return connection;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw Unavailable(e);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    public static HttpContent JsonContent<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>An I/O failure on an open answer, as the exception that callers expect.</summary>
    public RuntimeException Unavailable(Exception inner)
    {
        _version = null;
        return new RuntimeException(RuntimeError.Unavailable, DockerRemedy.For(SocketPath, inner), inner);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken, Action<HttpRequestHeaders>? headers = null, TimeSpan? timeout = null)
    {
        var version = await GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var response = await SendCoreAsync(method, $"v{version}/{path}", body, headers, timeout ?? _requestTimeout, cancellationToken).ConfigureAwait(false);
        try
        {
            await ThrowIfRefusedAsync(response, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendCoreAsync(HttpMethod method, string path, HttpContent? body, Action<HttpRequestHeaders>? headers, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        headers?.Invoke(request.Headers);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RuntimeException(RuntimeError.Unavailable, $"the Docker Engine on {SocketPath} did not answer {method} {path.Split('?')[0]} within {timeout.TotalSeconds:0} s", e);
        }
        catch (HttpRequestException e)
        {
            throw Unavailable(e);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken).ConfigureAwait(false)
                ?? throw new RuntimeException(RuntimeError.Failed, $"the Docker Engine answered {response.RequestMessage?.RequestUri?.AbsolutePath} with null");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unavailable(e);
        }
        catch (JsonException e)
        {
            throw new RuntimeException(RuntimeError.Failed, $"the Docker Engine answered {response.RequestMessage?.RequestUri?.AbsolutePath} with what is not understood: {e.Message}", e);
        }
    }

    private static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return;
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        throw new DockerApiException(response.StatusCode, ErrorText(body, response.ReasonPhrase));
    }

    /// <summary><c>{"message": "…"}</c>, or whatever a proxy in between says.</summary>
    internal static string ErrorText(ReadOnlySpan<byte> body, string? reason)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, DockerJson.Default.ErrorMessage) is { Message.Length: > 0 } error)
                return error.Message;
        }
        catch (JsonException)
        {
            // Not JSON: shown as it is, below.
        }

        return body.IsEmpty ? reason ?? "no reason given" : Encoding.UTF8.GetString(body).Trim();
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
