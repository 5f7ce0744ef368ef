using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Client;

/// <summary>The API over HTTPS: HTTP/2 where the server speaks it, one connection for all modules of the process.</summary>
public sealed class HttpsTransport : IApiTransport, IApiTransportFactory, IDisposable
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly HttpsTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private HttpClient? _client;

    public HttpsTransport(HttpsTransportOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
    }

    /// <summary>The credentials say who the client is, so every identity gets this transport.</summary>
    public IApiTransport For(ClientIdentity identity) => this;

    public async ValueTask<KubeObject> GetAsync(ResourceType resource, string? ns, string name, CancellationToken cancellationToken) =>
        new(await SendAsync(HttpMethod.Get, resource.PathOf(ns, name), null, cancellationToken).ConfigureAwait(false));

    public async ValueTask<ObjectList> ListAsync(ResourceType resource, string? ns, ListOptions options, CancellationToken cancellationToken)
    {
        var query = new ApiQuery()
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("limit", options.Limit > 0 ? options.Limit : null)
            .Add("continue", options.Continue)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("resourceVersionMatch", options.ResourceVersionMatch);
        return ListDecoder.Decode(await SendAsync(HttpMethod.Get, resource.PathOf(ns) + query, null, cancellationToken).ConfigureAwait(false));
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(ResourceType resource, string? ns, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new ApiQuery()
            .Add("watch", "true")
            .Add("labelSelector", options.LabelSelector)
            .Add("fieldSelector", options.FieldSelector)
            .Add("resourceVersion", options.ResourceVersion)
            .Add("allowWatchBookmarks", options.AllowBookmarks ? "true" : null)
            .Add("sendInitialEvents", options.SendInitialEvents ? "true" : null)
            .Add("resourceVersionMatch", options.SendInitialEvents ? "NotOlderThan" : null)
            .Add("timeoutSeconds", options.TimeoutSeconds);
        using var request = await RequestAsync(HttpMethod.Get, resource.PathOf(ns) + query, null, cancellationToken).ConfigureAwait(false);
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw Failure(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var one in WatchDecoder.DecodeAsync(stream, cancellationToken).ConfigureAwait(false))
            yield return one;
    }

    public async ValueTask<KubeObject> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        var (method, type) = request.Verb switch
        {
            WriteVerb.Create => (HttpMethod.Post, s_json),
            WriteVerb.Update => (HttpMethod.Put, s_json),
            WriteVerb.Patch => (HttpMethod.Patch, new MediaTypeHeaderValue(ContentTypeOf(request.Patch))),
            _ => (HttpMethod.Delete, s_json),
        };
        var query = new ApiQuery()
            .Add("fieldManager", request.FieldManager)
            .Add("force", request is { Verb: WriteVerb.Patch, Patch: PatchKind.Apply } ? "true" : null)
            .Add("labelSelector", request.LabelSelector)
            .Add("fieldSelector", request.FieldSelector);

        // A new object is posted to its collection, whatever its name; a sub-resource to its object.
        var name = request is { Verb: WriteVerb.Create, Subresource: null } or { Verb: WriteVerb.DeleteCollection } ? null : request.Name;
        HttpContent? body = null;
        if (!request.Body.IsEmpty)
        {
            body = new ReadOnlyMemoryContent(request.Body);
            body.Headers.ContentType = type;
        }

        return new KubeObject(await SendAsync(method, request.Resource.PathOf(request.Namespace, name, request.Subresource) + query, body, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>New requests use new connections, and so the client certificate of now. Running watches end by themselves.</summary>
    public void Reconnect()
    {
        lock (_gate)
            _client = null;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _client?.Dispose();
            _client = null;
        }
    }

    private HttpClient Client
    {
        get
        {
            lock (_gate)
                return _client ??= HttpsConnection.Open(_options);
        }
    }

    private async ValueTask<byte[]> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = await RequestAsync(method, path, body, either.Token).ConfigureAwait(false);
            using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? bytes : throw Failure(response.StatusCode, bytes);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(StatusReason.Timeout, $"{_options.Server} did not answer {method} {path} in {_options.RequestTimeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(StatusReason.ServiceUnavailable, $"{_options.Server}: {e.InnerException?.Message ?? e.Message}");
        }
    }

    private async ValueTask<HttpRequestMessage> RequestAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(_options.Server, path))
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd(_options.UserAgent);
        if (_options.BearerToken is { } token && await token(cancellationToken).ConfigureAwait(false) is { Length: > 0 } value)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", value);
        return request;
    }

    private static ApiException Failure(HttpStatusCode code, byte[] body)
    {
        try
        {
            var status = JsonText.Parse<Status>(body);
            if (status.StatusValue == "Failure")
                return ApiException.Of(status);
        }
        catch (System.Text.Json.JsonException)
        {
            // A proxy in between, or no API server at all: its own words are the best message there is.
        }

        var reason = Enum.GetValues<StatusReason>().FirstOrDefault(r => r != StatusReason.Unknown && r.HttpStatus() == (int)code);
        var text = System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)));
        return new ApiException(reason, $"the server answered {(int)code}: {text}");
    }

    private static string ContentTypeOf(PatchKind kind) => kind switch
    {
        PatchKind.Json => "application/json-patch+json",
        PatchKind.Merge => "application/merge-patch+json",
        PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
        _ => "application/apply-patch+yaml",
    };
}
