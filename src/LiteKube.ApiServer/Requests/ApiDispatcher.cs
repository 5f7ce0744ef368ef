using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Subresources;
using LiteKube.ApiServer.Verbs;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Requests;

/// <summary>Carries out requests for resources, whatever way they came in. Authorization comes first and apart, so that bodies of the refused are never read.</summary>
internal sealed class ApiDispatcher(
    IAuthorizer authorizer, ObjectStorage storage, ListSnapshot lists, WatchStarter watches, BodyDecoder decoder, ObjectCreator creator, ObjectUpdater updater,
    ObjectDeleter deleter, CollectionDeleter collections, SubresourceRegistry subresources, PatchParser patches)
{
    public async ValueTask AuthorizeAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var type = request.Resource.Type;
        var attributes = new AuthorizationAttributes
        {
            User = request.User,
            Verb = request.Verb,
            ApiGroup = type.Group,
            ApiVersion = type.Version,
            Resource = type.Plural,
            Subresource = request.Subresource,
            Namespace = type is { Plural: "namespaces", Group: "" } ? request.Name : request.Namespace,
            Name = request.Name.Length > 0 ? request.Name : NameSelected(request.Options.FieldSelector),
            FieldSelector = Narrows(request) ? request.Options.FieldSelector : null,
            LabelSelector = Narrows(request) ? request.Options.LabelSelector : null,
        };
        var decision = await authorizer.AuthorizeAsync(attributes, cancellationToken);
        request.Decision = decision;
        if (!decision.Allowed)
            throw ForbiddenStatus.For(attributes, decision.Reason);
    }

    public ValueTask<ApiResult> ExecuteAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource.Custom is { } custom)
            custom.Check(request);
        if (request.Subresource.Length > 0)
            return subresources.HandleAsync(request, cancellationToken);
        if (subresources.Virtual(request.Resource) is { } answers)
            return answers.HandleAsync(request, cancellationToken);
        if (!request.Resource.Has(request.Verb) || (request.Name.Length == 0 && request.Verb is ("update" or "patch")))
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        return request.Verb switch
        {
            "get" => GetAsync(request, cancellationToken),
            "list" => Result(lists.ReadAsync(request.Resource, request.Namespace, request.Options, cancellationToken)),
            "watch" => WatchAsync(request, cancellationToken),
            "create" => CreateAsync(request, cancellationToken),
            "update" => UpdateAsync(request, cancellationToken),
            "patch" => PatchAsync(request, cancellationToken),
            "delete" => DeleteAsync(request, cancellationToken),
            _ => DeleteCollectionAsync(request, cancellationToken),
        };
    }

    private async ValueTask<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Options.ResourceVersion is not null)
            lists.CheckNotAhead(ResourceVersions.Parse(request.Options.ResourceVersion));
        var found = await storage.GetAsync(request.Resource, request.Namespace, request.Name, cancellationToken) ?? throw request.NotFound();
        return new ObjectResult(found.As(request.Resource), request.Resource);
    }

    private async ValueTask<ApiResult> WatchAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var options = request.Options;
        if (request.Name.Length > 0)
            options = options with { FieldSelector = $"metadata.name={request.Name}" };
        return new WatchResult(await watches.StartAsync(request.Resource, request.Namespace, options, cancellationToken));
    }

    private async ValueTask<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Name.Length > 0 || (request.Resource.Type.Namespaced && request.Namespace.Length == 0))
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        return await creator.CreateAsync(request, decoder.Decode(request, KindOf(request)), cancellationToken);
    }

    private async ValueTask<ApiResult> UpdateAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        // The tree becomes the object, so each attempt needs one of its own.
        var wanted = decoder.Decode(request, KindOf(request));
        return await updater.UpdateAsync(request, _ => (System.Text.Json.Nodes.JsonObject)wanted.DeepClone(), request.Resource.Strategy.PrepareForUpdate, cancellationToken, replaces: true);
    }

    private async ValueTask<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var patch = patches.Parse(request, KindOf(request), request.Resource.Schema.Type);
        System.Text.Json.Nodes.JsonObject Change(System.Text.Json.Nodes.JsonObject current) => decoder.Recheck(request, patch.Change(current), KindOf(request), patch.Findings);
        if (request.IsApply && await storage.GetAsync(request.Resource, request.Namespace, request.Name, cancellationToken) is null)
        {
            await AuthorizeAsync(request.As("create"), cancellationToken);
            try
            {
                return await creator.CreateAsync(request, Change([]), cancellationToken);
            }
            catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists)
            {
                // Somebody came first: then it is there to be applied to.
            }
        }

        return await updater.UpdateAsync(request, Change, request.Resource.Strategy.PrepareForUpdate, cancellationToken);
    }

    private async ValueTask<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await deleter.DeleteAsync(request, DeleteOptions.Of(request, decoder.DecodeOptional(request, DeleteOptions.Kind)), cancellationToken);

    private async ValueTask<ApiResult> DeleteCollectionAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await collections.DeleteAsync(request, DeleteOptions.Of(request, decoder.DecodeOptional(request, DeleteOptions.Kind)), cancellationToken);

    private static async ValueTask<ApiResult> Result(ValueTask<ListResult> list) => await list;

    private static GroupVersionKind KindOf(ApiRequest request) => request.Resource.Kind;

    /// <summary>Other verbs have no use for selectors, so theirs say nothing of what is asked for.</summary>
    private static bool Narrows(ApiRequest request) => request.Verb is "list" or "watch" or "deletecollection";

    /// <summary>A list or watch of one name by field selector is authorized as one of that object.</summary>
    private static string NameSelected(string? selector)
    {
        const string prefix = "metadata.name=";
        if (selector is null || !selector.StartsWith(prefix, StringComparison.Ordinal))
            return "";
        var name = selector.AsSpan(selector.StartsWith("metadata.name==", StringComparison.Ordinal) ? prefix.Length + 1 : prefix.Length);
        return name.ContainsAny(",\\") ? "" : name.ToString();
    }
}
