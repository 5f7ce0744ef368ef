using System.Runtime.CompilerServices;
using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer;

/// <summary>
/// The API for callers in this process. Requests pass the same authorization, admission, defaults and validation as those that come over a socket;
/// what comes back are the server's own objects, shared with every other reader.
/// </summary>
public sealed class LocalApi
{
    private readonly ResourceRegistry _registry;
    private readonly ApiDispatcher _dispatcher;
    private readonly AuditTrail _audit;

    internal LocalApi(ResourceRegistry registry, ApiDispatcher dispatcher, AuditTrail audit)
    {
        _audit = audit;
        _registry = registry;
        _dispatcher = dispatcher;
    }

    public async ValueTask<KubeObject> GetAsync(UserInfo user, ResourceType resource, string? ns, string name, CancellationToken cancellationToken) =>
        ((ObjectResult)await RunAsync(new ApiRequest { User = user, Verb = "get", Resource = _registry.Get(resource), Namespace = ns ?? "", Name = name }, cancellationToken)).Object;

    public async ValueTask<LocalList> ListAsync(UserInfo user, ResourceType resource, string? ns, LocalListOptions options, CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            User = user, Verb = "list", Resource = _registry.Get(resource), Namespace = ns ?? "",
            Options = new RequestOptions
            {
                LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector, Limit = options.Limit, Continue = options.Continue,
                ResourceVersion = options.ResourceVersion, ResourceVersionMatch = options.ResourceVersionMatch,
            },
        };
        var list = (ListResult)await RunAsync(request, cancellationToken);
        return new LocalList(list.Revision, list.Items, list.Continue);
    }

    /// <summary>Every event until the watch's time is over or the caller cancels.</summary>
    /// <exception cref="ApiException">Refused, or Expired: list anew.</exception>
    public async IAsyncEnumerable<LocalEvent> WatchAsync(UserInfo user, ResourceType resource, string? ns, LocalWatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            User = user, Verb = "watch", Resource = _registry.Get(resource), Namespace = ns ?? "",
            Options = new RequestOptions
            {
                Watch = true, LabelSelector = options.LabelSelector, FieldSelector = options.FieldSelector, ResourceVersion = options.ResourceVersion,
                AllowWatchBookmarks = options.AllowBookmarks, TimeoutSeconds = options.TimeoutSeconds,
                SendInitialEvents = options.SendInitialEvents ? true : null, ResourceVersionMatch = options.SendInitialEvents ? "NotOlderThan" : null,
            },
        };
        using var watch = ((WatchResult)await RunAsync(request, cancellationToken)).Watch;
        await foreach (var happened in watch.EventsAsync(cancellationToken))
            yield return new LocalEvent((LocalEventType)happened.Type, happened.Object);
    }

    public async ValueTask<KubeObject> WriteAsync(UserInfo user, LocalWrite write, CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            User = user,
            Verb = write.Verb,
            Resource = _registry.Get(write.Resource),
            Namespace = write.Namespace ?? "",
            Name = write.Name ?? "",
            Subresource = write.Subresource ?? "",
            Body = new RequestBody(write.Body, write.MediaType),
            Options = new RequestOptions
            {
                FieldManager = write.FieldManager, LabelSelector = write.LabelSelector, FieldSelector = write.FieldSelector, FieldValidation = FieldValidation.Ignore,
            },
        };
        return await RunAsync(request, cancellationToken) switch
        {
            ObjectResult one => one.Object,
            _ => ObjectResult.Success().Object,
        };
    }

    private ValueTask<ApiResult> RunAsync(ApiRequest request, CancellationToken cancellationToken) =>
        _audit.BeginLocal(request) is { } record ? RecordAsync(record, request, cancellationToken) : ExecuteAsync(request, cancellationToken);

    private async ValueTask<ApiResult> ExecuteAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        await _dispatcher.AuthorizeAsync(request, cancellationToken);
        return await _dispatcher.ExecuteAsync(request, cancellationToken);
    }

    private async ValueTask<ApiResult> RecordAsync(AuditRecord record, ApiRequest request, CancellationToken cancellationToken)
    {
        record.Code = 200;
        try
        {
            var result = await ExecuteAsync(request, cancellationToken);
            record.Result = result;
            record.Code = result is ObjectResult one ? one.StatusCode : 200;
            return result;
        }
        catch (ApiException e)
        {
            record.Failure = e.Status;
            throw;
        }
        finally
        {
            if (request.Decision is { } decision)
                record.Decided(decision.Allowed, decision.Reason);
            // A watch goes on for as long as its module runs.
            record.Write(request.Verb == "watch" && record.Failure is null ? AuditStages.ResponseStarted : AuditStages.ResponseComplete);
        }
    }
}
