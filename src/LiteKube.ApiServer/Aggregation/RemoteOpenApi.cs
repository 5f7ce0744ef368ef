using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.OpenApi;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>
/// The OpenAPI documents of the remotes: of v2 the part that is about their group version, fetched with each look at a healthy server and only when it has
/// changed; of v3 the hash under which the server has the document, which is itself asked for through the proxy. A server that knows only v2 has it converted.
/// </summary>
internal sealed partial class RemoteOpenApi(RemoteConnections connections, TimeProvider time, ILogger<RemoteOpenApi> log)
{
    private const int LongestAnswer = 32 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Grows with every change of what is known.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The parts of the v2 document, in the order of the remotes.</summary>
    public IReadOnlyList<OpenApiPart> Parts(IEnumerable<RemoteApi> remotes) => [.. remotes.Select(r => _known.GetValueOrDefault(r.Path)?.Part).OfType<OpenApiPart>()];

    /// <summary>Where the v3 document of a remote is to be had; null where it has none.</summary>
    public string? AddressOf(RemoteApi api) => _known.GetValueOrDefault(api.Path)?.Address;

    /// <summary>The v3 document made of what a remote without one of its own says in v2; null where it has one, or says nothing.</summary>
    public OpenApiV3Document? ConvertedOf(RemoteApi api) => _known.GetValueOrDefault(api.Path) is { Address: null, Part: { } part } ? part.ToV3(api.Path[1..]) : null;

    /// <summary>Asks a healthy remote for what has changed. One without such documents is no fault.</summary>
    public async ValueTask RefreshAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var known = _known.GetValueOrDefault(api.Path) ?? new Known(null, null, null);
        using var limit = new CancellationTokenSource(s_patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var seen = await V2Async(api, known, linked.Token);
            seen = seen with { Address = await V3Async(api, linked.Token) };
            if (seen == known)
                return;
            _known[api.Path] = seen;
            Interlocked.Increment(ref _version);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Unread(log, api.Name, "no answer in time");
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
        {
            Unread(log, api.Name, e.Message);
        }
    }

    public void Forget(IEnumerable<RemoteApi> kept)
    {
        var paths = kept.Select(r => r.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in _known.Keys.Where(p => !paths.Contains(p)))
        {
            if (_known.TryRemove(path, out _))
                Interlocked.Increment(ref _version);
        }
    }

    private async ValueTask<Known> V2Async(RemoteApi api, Known known, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(api, "/openapi/v2", known.Tag, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotModified)
            return known;
        if (answer.StatusCode != HttpStatusCode.OK)
            return known with { Tag = null, Part = null };
        var part = OpenApiPart.Of(await RemoteAnswer.ReadAsync(answer, LongestAnswer, cancellationToken), api.Path + "/");
        return known with { Tag = answer.Headers.ETag?.ToString(), Part = part.Same(known.Part) ? known.Part : part };
    }

    private async ValueTask<string?> V3Async(RemoteApi api, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(api, "/openapi/v3", null, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
            return null;
        var index = JsonTree.Parse(await RemoteAnswer.ReadAsync(answer, LongestAnswer, cancellationToken));
        return (index.Object("paths")?[api.Path[1..]] as JsonObject).String("serverRelativeURL") is { Length: > 0 } address ? address : null;
    }

    private async ValueTask<HttpResponseMessage> AskAsync(RemoteApi api, string path, string? tag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{api.Endpoint.Address.Authority}{path}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        foreach (var (name, value) in RemoteUser.Headers(RemoteUser.Aggregator))
            request.Headers.TryAddWithoutValidation(name, value);
        return await connections.SendAsync(api, request, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The OpenAPI documents of APIService {Name} could not be read: {Error}")]
    private static partial void Unread(ILogger log, string name, string error);

    private sealed record Known(string? Tag, OpenApiPart? Part, string? Address);
}
