using System.Text;
using LiteKube.Api;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Security.Authorization;

/// <summary>What a user is told who may not.</summary>
public static class ForbiddenStatus
{
    /// <summary><c>pods "a" is forbidden: User "x" cannot get resource "pods" in API group "" in the namespace "default"</c>, and why if there is more to say.</summary>
    public static ApiException For(AuthorizationAttributes request, string reason)
    {
        var explained = reason.Length > 0 ? $"{Message(request)}: {reason}" : Message(request);
        if (!request.IsResourceRequest)
            return new ApiException(StatusReason.Forbidden, $"forbidden: {explained}", new StatusDetails());
        var resource = request.ApiGroup.Length == 0 ? request.Resource : $"{request.Resource}.{request.ApiGroup}";
        var message = request.Name.Length == 0 ? $"{resource} is forbidden: {explained}" : $"{resource} \"{request.Name}\" is forbidden: {explained}";
        return new ApiException(StatusReason.Forbidden, message, new StatusDetails
        {
            Name = request.Name.Length == 0 ? null : request.Name,
            Group = request.ApiGroup.Length == 0 ? null : request.ApiGroup,
            Kind = request.Resource,
        });
    }

    /// <summary>The sentence without the resource in front.</summary>
    public static string Message(AuthorizationAttributes request)
    {
        var user = $"User \"{request.User.Name}\" cannot {request.Verb}";
        if (!request.IsResourceRequest)
            return $"{user} path \"{request.Path}\"";
        var text = new StringBuilder(user).Append(" resource \"").Append(request.Resource);
        if (request.Subresource.Length > 0)
            text.Append('/').Append(request.Subresource);
        text.Append("\" in API group \"").Append(request.ApiGroup).Append('"');
        return (request.Namespace.Length > 0 ? text.Append(" in the namespace \"").Append(request.Namespace).Append('"') : text.Append(" at the cluster scope")).ToString();
    }
}
