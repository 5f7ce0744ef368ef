using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Aggregation;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Metrics;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Streaming;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Http;

/// <summary>One HTTP request from its headers to its last byte: who, how many at once, may they, what, and the answer. Every failure becomes a Status.</summary>
internal sealed partial class HttpFrontEnd(
    ResourceRegistry registry, RequestIdentity identity, IAuthorizer authorizer, ApiDispatcher dispatcher, ResultWriter results, PathRoutes paths, ConnectRoutes connects,
    RemoteApis remotes, RemoteProxy proxy, FlowControl flows, RequestMetrics metrics, AccessMetrics access, AuditTrail audit, ILogger<HttpFrontEnd> log)
{
    public async Task HandleAsync(HttpContext context)
    {
        var exchange = new Exchange(context, metrics.Now());
        try
        {
            await RouteAsync(exchange);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            ClientWent(log, context.Request.Method, context.Request.Path, e.GetType().Name);
        }
        catch (ApiException e)
        {
            await FailAsync(exchange, e.Status);
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(exchange, new ApiException(StatusReason.BadRequest, e.Message).Status);
        }
        catch (Exception e)
        {
            Failed(log, e, context.Request.Method, context.Request.Path);
            exchange.Broke();
            await FailAsync(exchange, new ApiException(StatusReason.InternalError, $"Internal error occurred: {e.Message}").Status);
        }
        finally
        {
            exchange.LeaveSeat();
            metrics.Observe(exchange);
            exchange.Complete();
            Count(exchange);
        }
    }

    private async ValueTask RouteAsync(Exchange exchange)
    {
        var context = exchange.Context;
        var path = context.Request.Path.Value ?? "/";
        var form = RequestPath.Parse(registry, path, out var target);
        var sender = await identity.AuthenticateAsync(context, path, context.RequestAborted);
        var caller = await ImpersonateAsync(exchange, sender);
        if (form == RequestPath.Form.Resource)
        {
            await ResourceAsync(exchange, caller, target);
            return;
        }

        if (form is RequestPath.Form.Unknown or RequestPath.Form.Discovery && await remotes.FindAsync(path, context.RequestAborted) is { } remote)
        {
            await RemoteAsync(exchange, caller, remote, path);
            return;
        }

        var verb = context.Request.Method.ToLowerInvariant();
        exchange.Begin(audit, caller, verb);
        await exchange.TakeSeatAsync(flows, new FlowRequest(caller.User, verb, "", "", "", "", path), context.RequestAborted);
        if (!PathRoutes.IsOpen(path))
        {
            var attributes = new AuthorizationAttributes { User = caller.User, Verb = verb, Path = path, IsResourceRequest = false };
            var decision = await authorizer.AuthorizeAsync(attributes, context.RequestAborted);
            exchange.Audit?.Decided(decision.Allowed, decision.Reason);
            if (!decision.Allowed)
                throw ForbiddenStatus.For(attributes, decision.Reason);
        }

        await paths.HandleAsync(context, path);
    }

    /// <summary>A group version that another server serves: who asks is this server's business, what comes of it the other's.</summary>
    private async ValueTask RemoteAsync(Exchange exchange, Caller caller, RemoteApi remote, string path)
    {
        var context = exchange.Context;
        var options = QueryOptions.Parse(context.Request.QueryString.Value);
        var asked = RemoteRequest.Of(remote, path, context.Request.Method, options);
        var verb = asked?.Verb ?? context.Request.Method.ToLowerInvariant();
        exchange.Begin(audit, caller, verb);
        await exchange.TakeSeatAsync(flows, asked?.Flow(caller.User, remote) ?? new FlowRequest(caller.User, verb, "", "", "", "", path), context.RequestAborted);
        var attributes = asked?.Attributes(caller.User, remote) ?? new AuthorizationAttributes { User = caller.User, Verb = verb, Path = path, IsResourceRequest = false };
        var decision = await authorizer.AuthorizeAsync(attributes, context.RequestAborted);
        exchange.Audit?.Decided(decision.Allowed, decision.Reason);
        if (!decision.Allowed)
            throw ForbiddenStatus.For(attributes, decision.Reason);
        // It may be a watch or a tunnel, and how long it takes is the other server's doing.
        exchange.LeaveSeat();
        await LongAsync(exchange, new ValueTask(proxy.ServeAsync(context, remote, caller.User)));
    }

    private void Count(Exchange exchange)
    {
        access.Authenticated(exchange.Failure is not { Code: 401 });
        if (exchange.Request?.Decision is { } decision)
            access.Authorized(decision.Allowed);
    }

    private async ValueTask<Caller> ImpersonateAsync(Exchange exchange, UserInfo sender)
    {
        try
        {
            return await identity.ImpersonateAsync(sender, exchange.Context, exchange.Context.RequestAborted);
        }
        catch (ApiException)
        {
            // Whoever tries to be another is on record with what they asked for.
            exchange.Begin(audit, new Caller(sender, null), exchange.Context.Request.Method.ToLowerInvariant());
            throw;
        }
    }

    private async ValueTask ResourceAsync(Exchange exchange, Caller caller, RequestPath target)
    {
        var context = exchange.Context;
        var options = QueryOptions.Parse(context.Request.QueryString.Value);
        var request = exchange.Request = new ApiRequest
        {
            User = caller.User,
            Verb = VerbOf(context.Request.Method, target, options),
            Resource = target.Resource,
            Namespace = target.Namespace,
            Name = target.Name,
            Subresource = target.Subresource,
            Options = options,
            UserAgent = context.Request.Headers.UserAgent.ToString(),
        };
        exchange.Begin(audit, caller, request.Verb);
        var connect = connects.Find(request);
        if (connect is null)
            await exchange.TakeSeatAsync(flows, FlowRequest.Of(request), context.RequestAborted);
        await dispatcher.AuthorizeAsync(request, context.RequestAborted);
        if (connect is not null)
        {
            exchange.Audit?.Write(AuditStages.ResponseStarted);
            await LongAsync(exchange, new ValueTask(connect.ConnectAsync(context, request, target.Rest)));
            return;
        }

        var format = AcceptHeader.Parse(context.Request.Headers.Accept).Choose(transforms: request.Resource.Has("get"), protobuf: request.Resource.Custom is null)
            ?? throw new ApiException(StatusReason.NotAcceptable, "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf");
        if (request.Verb == "watch")
        {
            await WatchAsync(exchange, request, format);
            return;
        }

        metrics.Begin(request);
        try
        {
            if (request.Verb is not ("get" or "list"))
                request.Body = await BodyReader.ReadAsync(context.Request, context.RequestAborted);
            var result = await dispatcher.ExecuteAsync(request, context.RequestAborted);
            if (exchange.Audit is { } record)
                record.Result = result;
            await results.WriteAsync(context, request, result, format);
        }
        finally
        {
            metrics.End(request);
        }
    }

    private async ValueTask LongAsync(Exchange exchange, ValueTask run)
    {
        exchange.IsLongRunning = true;
        metrics.BeginLong(exchange);
        try
        {
            await run;
        }
        finally
        {
            metrics.EndLong(exchange);
        }
    }

    private async ValueTask WatchAsync(Exchange exchange, ApiRequest request, ResponseFormat format)
    {
        var context = exchange.Context;
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

        // Only the start of a watch is work; the rest waits for others' writes.
        exchange.LeaveSeat();
        if (exchange.Audit is { } record)
            record.Code = 200;
        exchange.Audit?.Write(AuditStages.ResponseStarted);
        await LongAsync(exchange, results.WriteAsync(context, request, result, format));
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

    private async ValueTask FailAsync(Exchange exchange, Status status)
    {
        var context = exchange.Context;
        if (!exchange.IsAudited)
            exchange.BeginNameless(audit, context.Request.Method.ToLowerInvariant());
        exchange.Failure = status;
        if (context.Response.HasStarted)
        {
            // Cut off, so that the client does not take what it has for the whole.
            context.Abort();
            return;
        }

        context.Response.Clear();
        exchange.WriteHeaders();
        if (status.Code == 401)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        await ResultWriter.WriteStatusAsync(context, status);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void Failed(ILogger log, Exception error, string method, string? path);

    [LoggerMessage(LogLevel.Debug, "{Method} {Path}: the client went away ({Error})")]
    private static partial void ClientWent(ILogger log, string method, string? path, string error);
}
