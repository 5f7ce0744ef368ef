using System.Text;
using LiteKube.Api;
using LiteKube.ApiServer.Aggregation;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Services;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Discovery;

/// <summary>What is served: /api, /apis, each group and each version, in the old form and, for /api and /apis, in the aggregated one.</summary>
internal sealed class DiscoveryPaths(ResourceRegistry registry, MergedDiscovery merged, ApiServerOptions options)
{
    private volatile AggregatedDiscovery? _aggregated;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        path = path.TrimEnd('/');
        if (path is "/api" or "/apis")
        {
            if (AggregatedVersion(context) is { } version)
                await AggregatedAsync(context, path, version);
            else
                await WriteAsync(context, path == "/api" ? Core() : await merged.GroupsAsync(LegacyDiscovery.Groups(registry.Current), context.RequestAborted));
            return true;
        }

        if (registry.GroupVersion(path) is { } served)
        {
            await WriteAsync(context, LegacyDiscovery.Resources(served));
            return true;
        }

        if (path.StartsWith("/apis/", StringComparison.Ordinal) && await merged.GroupAsync(LegacyDiscovery.Group(registry.Current, path[6..]), path[6..], context.RequestAborted) is { } group)
        {
            await WriteAsync(context, group);
            return true;
        }

        return false;
    }

    /// <summary>Whether this server has such a document, whatever is asked of it.</summary>
    public bool Serves(string path)
    {
        path = path.TrimEnd('/');
        return path is "/api" or "/apis" || registry.GroupVersion(path) is not null
            || (path.StartsWith("/apis/", StringComparison.Ordinal) && LegacyDiscovery.Group(registry.Current, path[6..]) is not null);
    }

    private byte[] Core() => Encoding.UTF8.GetBytes(
        $$"""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[{"clientCIDR":"0.0.0.0/0","serverAddress":"{{options.AdvertiseAddress()}}:{{options.Port}}"}]}""");

    private async ValueTask AggregatedAsync(HttpContext context, string path, string version)
    {
        var document = Aggregated().Document(path, version);
        if (path == "/apis")
            document = await merged.AggregatedAsync(document, context.RequestAborted);
        context.Response.Headers.ETag = document.ETag;
        context.Response.Headers.Vary = "Accept";
        if (context.Request.Headers.IfNoneMatch.ToString() == document.ETag)
        {
            context.Response.StatusCode = 304;
            return;
        }

        await ResponseBody.WriteAsync(context, 200, $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList", document.Json);
    }

    /// <summary>Made once for each state of the registry.</summary>
    private AggregatedDiscovery Aggregated()
    {
        var snapshot = registry.Current;
        if (_aggregated is { } ready && ReferenceEquals(ready.Snapshot, snapshot))
            return ready;
        var made = new AggregatedDiscovery(snapshot);
        _aggregated = made;
        return made;
    }

    /// <summary>The version of the aggregated form, where the best clause that can be met asks for it; null for the old form.</summary>
    /// <exception cref="ApiException">NotAcceptable: clauses of which none can be met, such as one for a version that is not there.</exception>
    private static string? AggregatedVersion(HttpContext context)
    {
        foreach (var clause in AcceptHeader.Parse(context.Request.Headers.Accept).Clauses)
        {
            // The old form is JSON also for clients that would take protobuf or YAML.
            if (clause.Format is null || clause.Quality == 0)
                continue;
            if (clause is { Format: MediaFormat.Json, As: "APIGroupDiscoveryList", Group: "apidiscovery.k8s.io", Version: "v2" or "v2beta1" })
                return clause.Version;
            if (string.IsNullOrEmpty(clause.As))
                return null;
        }

        throw new ApiException(StatusReason.NotAcceptable, "only the following media types are accepted: application/json");
    }

    private static ValueTask WriteAsync(HttpContext context, byte[] json)
    {
        context.Response.Headers.Vary = "Accept";
        return ResponseBody.WriteAsync(context, 200, ResultWriter.Json, json);
    }
}
