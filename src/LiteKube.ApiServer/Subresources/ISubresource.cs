using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Subresources;

/// <summary>What answers a sub-resource that is not simply a part of its object, or a resource that is never stored.</summary>
internal interface ISubresource
{
    /// <summary><c>pods/eviction</c>, <c>deployments.apps/scale</c>; without a slash for a resource of its own.</summary>
    IReadOnlyList<string> Paths { get; }

    ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken);
}
