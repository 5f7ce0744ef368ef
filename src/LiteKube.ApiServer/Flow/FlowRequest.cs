using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Flow;

/// <summary>What FlowSchemas look at.</summary>
/// <param name="Path">Of a request that is not for a resource; null for one that is.</param>
internal readonly record struct FlowRequest(UserInfo User, string Verb, string Group, string Resource, string Subresource, string Namespace, string? Path)
{
    public static FlowRequest Of(ApiRequest request)
    {
        var type = request.Resource.Type;
        var ns = type is { Plural: "namespaces", Group: "" } ? request.Name : request.Namespace;
        return new FlowRequest(request.User, request.Verb, type.Group, type.Plural, request.Subresource, ns, null);
    }
}
