using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>What the remotes say that they serve: the last APIResourceList of each, asked for again with every look at its health.</summary>
internal sealed class RemoteDiscovery(RemoteConnections connections, TimeProvider time)
{
    private const int LongestAnswer = 8 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, JsonObject> _lists = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Grows with every change of what a remote serves.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The last list of a remote; null where it has not answered yet.</summary>
    public JsonObject? ListOf(RemoteApi api) => _lists.GetValueOrDefault(api.Path);

    /// <summary>Asks a remote. The result is what went wrong, worded for the Available condition; null where nothing did.</summary>
    public async ValueTask<string?> ProbeAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var address = $"https://{api.Endpoint.Address.Authority}{api.Path}";
        using var limit = new CancellationTokenSource(s_patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("Accept", "application/json");
            foreach (var (name, value) in RemoteUser.Headers(RemoteUser.Aggregator))
                request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await connections.SendAsync(api, request, linked.Token);
            if (answer.StatusCode is < HttpStatusCode.OK or >= HttpStatusCode.MultipleChoices)
                return $"failing or missing response from {address}: bad status from {address}: {(int)answer.StatusCode}";
            Remember(api, await RemoteAnswer.ReadAsync(answer, LongestAnswer, linked.Token));
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"failing or missing response from {address}: Get \"{address}\": context deadline exceeded";
        }
        catch (Exception e) when (e is ApiException or IOException or HttpRequestException)
        {
            return $"failing or missing response from {address}: Get \"{address}\": {e.Message}";
        }
    }

    public void Forget(IEnumerable<RemoteApi> kept)
    {
        var paths = kept.Select(r => r.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var path in _lists.Keys.Where(p => !paths.Contains(p)))
        {
            if (_lists.TryRemove(path, out _))
                Interlocked.Increment(ref _version);
        }
    }

    private void Remember(RemoteApi api, byte[] body)
    {
        var list = JsonTree.Parse(body);
        if (_lists.TryGetValue(api.Path, out var known) && JsonNode.DeepEquals(known, list))
            return;
        _lists[api.Path] = list;
        Interlocked.Increment(ref _version);
    }
}
