using System.Collections.Frozen;
using LiteKube.Api;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Subresources;

internal sealed class SubresourceRegistry(IEnumerable<ISubresource> handlers)
{
    private readonly FrozenDictionary<string, ISubresource> _byPath =
        handlers.SelectMany(h => h.Paths.Select(p => KeyValuePair.Create(p, h))).ToFrozenDictionary(StringComparer.Ordinal);

    public ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource.Schema.Subresource(request.Subresource) is not { } declared || request.Name.Length == 0)
            throw new ApiException(StatusReason.NotFound, "the server could not find the requested resource");
        if (!declared.Verbs.Contains(request.Verb))
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        if (_byPath.TryGetValue($"{request.Resource.Type.GroupResource}/{request.Subresource}", out var own) || _byPath.TryGetValue("*/" + request.Subresource, out own))
            return own.HandleAsync(request, cancellationToken);
        throw new ApiException(StatusReason.NotFound, "the server could not find the requested resource");
    }

    /// <summary>What answers for a resource that is never stored.</summary>
    public ISubresource? Virtual(ServedResource resource) => _byPath.GetValueOrDefault(resource.Type.GroupResource);
}
