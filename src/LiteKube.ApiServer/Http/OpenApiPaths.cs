using LiteKube.Api;
using LiteKube.ApiServer.Aggregation;
using LiteKube.ApiServer.Resources;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>/openapi/v2 and /openapi/v3 of the built-in kinds, of the custom resources served now, and of what other servers serve.</summary>
internal sealed class OpenApiPaths(ResourceRegistry registry, RemoteApis remotes, RemoteOpenApi remote, RemoteProxy proxy)
{
    private const string V2Path = "/openapi/v2";
    private const string V3Path = "/openapi/v3";
    private const string V2Protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private const string V3Protobuf = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

    /// <summary>The first is what older clients ask for, though @ may not stand in a media type.</summary>
    private static readonly string[] s_v2Protobuf = ["application/com.github.proto-openapi.spec.v2@v1.0+protobuf", V2Protobuf];

    private static readonly string[] s_v3Protobuf = ["application/com.github.proto-openapi.spec.v3@v1.0+protobuf", V3Protobuf];

    private volatile PublishedOpenApi? _published;

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        if (!path.StartsWith("/openapi/", StringComparison.Ordinal))
            return false;
        var current = await CurrentAsync(context.RequestAborted);
        switch (path)
        {
            case V2Path:
                if (Choose(context, s_v2Protobuf) == OpenApiForm.Json)
                    await WriteAsync(context, ResultWriter.Json, current.V2, current.V2Tag);
                else
                    await WriteAsync(context, V2Protobuf, current.V2Protobuf, current.V2ProtobufTag);
                return true;
            case V3Path or V3Path + "/":
                // JSON, whatever the client would rather have: the index has no other form in Kubernetes either.
                await WriteAsync(context, ResultWriter.Json, current.V3Index, current.V3IndexTag);
                return true;
        }

        return path.StartsWith(V3Path + "/", StringComparison.Ordinal) && await V3Async(context, path, current);
    }

    private async ValueTask<bool> V3Async(HttpContext context, string path, PublishedOpenApi current)
    {
        var name = path[(V3Path.Length + 1)..];
        if (current.V3(name) is not { } document)
        {
            if (await remotes.FindAsync("/" + name, context.RequestAborted) is not { } api || api.Path != "/" + name)
                return false;
            // Who may read this server's documents may read all: what is asked for is the server's business.
            await proxy.ServeAsync(context, api, RemoteUser.Aggregator);
            return true;
        }

        var form = Choose(context, s_v3Protobuf);
        var hash = context.Request.Query["hash"].ToString();
        if (hash.Length > 0 && hash != document.Hash)
        {
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location = $"{path}?hash={document.Hash}";
            return true;
        }

        // An address with a hash never changes what it leads to.
        if (hash.Length > 0)
            context.Response.Headers.CacheControl = "public, immutable";
        if (form == OpenApiForm.Json)
            await WriteAsync(context, ResultWriter.Json, document.Json, document.Hash);
        else
            await WriteAsync(context, V3Protobuf, document.Protobuf, document.Hash + "-protobuf");
        return true;
    }

    /// <summary>Made anew when what is served has changed and somebody asks.</summary>
    private async ValueTask<PublishedOpenApi> CurrentAsync(CancellationToken cancellationToken)
    {
        // What a remote says is read after its version, so that a change in between is not missed but seen once more.
        var version = remote.Version;
        var set = await remotes.CurrentAsync(cancellationToken);
        var snapshot = registry.Current;
        if (_published is { } ready && ready.IsOf(snapshot, set, version))
            return ready;
        var made = new PublishedOpenApi(snapshot, set, remote, version);
        _published = made;
        return made;
    }

    /// <summary>The first clause that can be met, the best first.</summary>
    private static OpenApiForm Choose(HttpContext context, ReadOnlySpan<string> protobuf)
    {
        foreach (var clause in AcceptHeader.Parse(context.Request.Headers.Accept).Clauses)
        {
            if (clause.Quality > 0 && clause.Format == MediaFormat.Json)
                return OpenApiForm.Json;
            if (clause.Quality > 0 && protobuf.Contains(clause.MediaType))
                return OpenApiForm.Protobuf;
        }

        throw new ApiException(StatusReason.NotAcceptable, "only the following media types are accepted: " + string.Join(", ", [ResultWriter.Json, .. protobuf]));
    }

    private static async ValueTask WriteAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> document, string tag)
    {
        context.Response.Headers.ETag = $"\"{tag}\"";
        context.Response.Headers.Vary = "Accept";
        if (context.Request.Headers.IfNoneMatch.ToString() == $"\"{tag}\"")
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await ResponseBody.WriteAsync(context, 200, contentType, document);
    }
}
