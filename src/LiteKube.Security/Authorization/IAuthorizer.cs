using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization;

public interface IAuthorizer
{
    ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken);

    /// <summary>Every rule that holds for the user in that namespace: the answer to a SelfSubjectRulesReview.</summary>
    ValueTask<UserRules> RulesForAsync(UserInfo user, string ns, CancellationToken cancellationToken);
}
