using System.Collections.Concurrent;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Metrics;

/// <summary>Counts requests by what they are for, as <c>apiserver_request_total</c> and its kin show them.</summary>
internal sealed class RequestMetrics(TimeProvider time)
{
    private readonly ConcurrentDictionary<SeriesKey, RequestSeries> _series = new();
    private long _reading;
    private long _mutating;

    public IEnumerable<KeyValuePair<SeriesKey, RequestSeries>> Series => _series;

    public long Reading => Interlocked.Read(ref _reading);

    public long Mutating => Interlocked.Read(ref _mutating);

    public long Now() => time.GetTimestamp();

    /// <summary>A request that will be answered in one go has begun.</summary>
    public void Begin(ApiRequest request) => Interlocked.Increment(ref request.Verb is "get" or "list" ? ref _reading : ref _mutating);

    public void End(ApiRequest request) => Interlocked.Decrement(ref request.Verb is "get" or "list" ? ref _reading : ref _mutating);

    public void BeginLong(Exchange exchange) => Of(exchange).Begin();

    public void EndLong(Exchange exchange) => Of(exchange).End();

    public void Observe(Exchange exchange)
    {
        var series = Of(exchange);
        series.Count(exchange.Context.Response.StatusCode);
        if (!exchange.IsLongRunning)
            series.Observe(time.GetElapsedTime(exchange.Started));
    }

    private RequestSeries Of(Exchange exchange) => _series.GetOrAdd(KeyOf(exchange), _ => new RequestSeries());

    private static SeriesKey KeyOf(Exchange exchange)
    {
        if (exchange.Request is not { } request)
        {
            // Other paths are named where they are few, so that nobody can fill the memory with paths.
            var path = exchange.Context.Request.Path.Value;
            return new SeriesKey(null, MethodOf(exchange.Context.Request.Method), path is "/healthz" or "/livez" or "/readyz" or "/metrics" ? path : "", "", false);
        }

        var scope = request.Name.Length > 0 || request.Verb == "create" ? "resource" : request.Namespace.Length > 0 ? "namespace" : "cluster";
        // A sub-resource that is not there is the client's invention.
        var subresource = request.Subresource.Length == 0 || request.Resource.Schema.Subresource(request.Subresource) is not null ? request.Subresource : "";
        return new SeriesKey(request.Resource.Type, VerbOf(request, exchange), subresource, scope, request.Options.DryRun);
    }

    private static string VerbOf(ApiRequest request, Exchange exchange) => request.Verb switch
    {
        "watch" => "WATCH",
        _ when exchange.IsLongRunning => "CONNECT",
        "get" => "GET",
        "list" => "LIST",
        "create" => "POST",
        "update" => "PUT",
        "patch" => request.Body.MediaType.StartsWith("application/apply-patch", StringComparison.Ordinal) ? "APPLY" : "PATCH",
        "delete" => "DELETE",
        "deletecollection" => "DELETECOLLECTION",
        _ => "other",
    };

    private static string MethodOf(string method) => method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";
}
