using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Streaming;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Http;

/// <summary>One HTTP request from its headers to its last byte: who, may they, what, and the answer. Every failure becomes a Status.</summary>
internal sealed partial class HttpFrontEnd(
    ResourceRegistry registry, RequestIdentity identity, IAuthorizer authorizer, ApiDispatcher dispatcher, ResultWriter results, PathRoutes paths, ConnectRoutes connects,
    MetricsPage metrics, ILogger<HttpFrontEnd> log)
{
    /// <summary>Requests at once beyond which the server tells clients to wait; watches and streams not counted.</summary>
    private const int MostInFlight = 1000;

    private int _inFlight;

    public async Task HandleAsync(HttpContext context)
    {
        metrics.Request();
        try
        {
            await RouteAsync(context);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            ClientWent(log, context.Request.Method, context.Request.Path, e.GetType().Name);
        }
        catch (ApiException e)
        {
            await FailAsync(context, e.Status);
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(context, new ApiException(StatusReason.BadRequest, e.Message).Status);
        }
        catch (Exception e)
        {
            Failed(log, e, context.Request.Method, context.Request.Path);
            await FailAsync(context, new ApiException(StatusReason.InternalError, $"Internal error occurred: {e.Message}").Status);
        }
    }

    private async ValueTask RouteAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        var form = RequestPath.Parse(registry, path, out var target);
        var user = await identity.OfAsync(context, context.RequestAborted);
        if (form == RequestPath.Form.Resource)
        {
            await ResourceAsync(context, user, target);
            return;
        }

        if (!paths.IsOpen(path))
        {
            var attributes = new AuthorizationAttributes { User = user, Verb = context.Request.Method.ToLowerInvariant(), Path = path, IsResourceRequest = false };
            var decision = await authorizer.AuthorizeAsync(attributes, context.RequestAborted);
            if (!decision.Allowed)
                throw ForbiddenStatus.For(attributes, decision.Reason);
        }

        await paths.HandleAsync(context, path);
    }

    private async ValueTask ResourceAsync(HttpContext context, UserInfo user, RequestPath target)
    {
        var options = QueryOptions.Parse(context.Request.QueryString.Value);
        var request = new ApiRequest
        {
            User = user,
            Verb = VerbOf(context.Request.Method, target, options),
            Resource = target.Resource,
            Namespace = target.Namespace,
            Name = target.Name,
            Subresource = target.Subresource,
            Options = options,
        };
        await dispatcher.AuthorizeAsync(request, context.RequestAborted);
        if (connects.Find(request) is { } connect)
        {
            await connect.ConnectAsync(context, request, target.Rest);
            return;
        }

        var format = AcceptHeader.Parse(context.Request.Headers.Accept).Choose(transforms: request.Resource.Has("get"))
            ?? throw new ApiException(StatusReason.NotAcceptable, "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
        if (request.Verb == "watch")
        {
            await WatchAsync(context, request, format);
            return;
        }

        if (Interlocked.Increment(ref _inFlight) > MostInFlight)
        {
            Interlocked.Decrement(ref _inFlight);
            throw new ApiException(StatusReason.TooManyRequests, "the server has received too many requests and has asked us to try again later", new StatusDetails { RetryAfterSeconds = 1 });
        }

        try
        {
            if (request.Verb is not ("get" or "list"))
                request.Body = await BodyReader.ReadAsync(context.Request, context.RequestAborted);
            await results.WriteAsync(context, request, await dispatcher.ExecuteAsync(request, context.RequestAborted), format);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    private async ValueTask WatchAsync(HttpContext context, ApiRequest request, ResponseFormat format)
    {
        ApiResult result;
        try
        {
            result = await dispatcher.ExecuteAsync(request, context.RequestAborted);
        }
        catch (ApiException e) when (e.Reason == StatusReason.Expired)
        {
            await WatchWriter.WriteErrorAsync(context, e.Status);
            return;
        }

        await results.WriteAsync(context, request, result, format);
    }

    private static string VerbOf(string method, RequestPath target, RequestOptions options) => method switch
    {
        "GET" or "HEAD" => target.Subresource.Length > 0 ? "get"
            : target.Watch || options.Watch ? "watch"
            : target.Name.Length > 0 ? "get"
            : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => target.Name.Length > 0 ? "delete" : "deletecollection",
        "OPTIONS" when target.Subresource == "proxy" => "get",
        _ => throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource"),
    };

    private async ValueTask FailAsync(HttpContext context, Status status)
    {
        metrics.Failure();
        if (context.Response.HasStarted)
        {
            // Cut off, so that the client does not take what it has for the whole.
            context.Abort();
            return;
        }

        context.Response.Clear();
        if (status.Code == 401)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        await ResultWriter.WriteStatusAsync(context, status);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Failed(ILogger log, Exception error, string method, string? path);

    [LoggerMessage(LogLevel.Debug, "{Method} {Path}: the client went away ({Error})")]
    private static partial void ClientWent(ILogger log, string method, string? path, string error);
}
