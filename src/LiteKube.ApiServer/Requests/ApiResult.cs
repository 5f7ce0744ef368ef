using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Requests;

internal abstract record ApiResult;

/// <param name="Type">The resource whose kind the object is, where it is one that has a table; null for Status and the like.</param>
internal sealed record ObjectResult(KubeObject Object, ServedResource? Type, int StatusCode = 200) : ApiResult
{
    /// <summary>The Status that answers a deletion or a binding.</summary>
    public static ObjectResult Success(StatusDetails? details = null, int statusCode = 200) =>
        new(KubeObject.Of(new Status { StatusValue = "Success", Details = details, Code = statusCode == 200 ? null : statusCode }), null, statusCode);
}

/// <param name="Continue">Where the next page starts; null on the last.</param>
/// <param name="Remaining">How many items follow this page, where that is known.</param>
internal sealed record ListResult(ServedResource Resource, long Revision, IReadOnlyList<KubeObject> Items, string? Continue, long? Remaining) : ApiResult;

internal sealed record WatchResult(ObjectWatch Watch) : ApiResult;
