using LiteKube.Admission;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Access;

/// <summary>Admission's questions to the cluster's authorizer.</summary>
internal sealed class AdmissionAuthorizer(IAuthorizer authorizer) : IAdmissionAuthorizer
{
    public async ValueTask<bool> MayAsync(UserInfo user, AccessQuestion question, CancellationToken cancellationToken)
    {
        var attributes = new AuthorizationAttributes
        {
            User = user,
            Verb = question.Verb,
            ApiGroup = question.Group,
            ApiVersion = question.Version,
            Resource = question.Resource,
            Subresource = question.Subresource,
            Namespace = question.Namespace,
            Name = question.Name,
        };
        return (await authorizer.AuthorizeAsync(attributes, cancellationToken)).Allowed;
    }
}
