using LiteKube.Admission.Expressions;
using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.Cel;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Access;

/// <summary>
/// Lets expressions ask the server's own authorizer. Expressions run to their end on one thread; the authorizers of this server answer from memory,
/// so that waiting for one of them is the exception.
/// </summary>
internal sealed class ExpressionAuthorizer(IAuthorizer authorizer) : IExpressionAuthorizer
{
    public ICelAuthorizer For(UserInfo user, CancellationToken cancellationToken) => new OfUser(authorizer, user, cancellationToken);

    private sealed class OfUser(IAuthorizer authorizer, UserInfo user, CancellationToken cancellationToken) : ICelAuthorizer
    {
        // One policy often asks the same in several expressions.
        private readonly Dictionary<CelAccessCheck, CelDecision> _known = [];

        public CelDecision Check(CelAccessCheck check)
        {
            lock (_known)
            {
                if (!_known.TryGetValue(check, out var decision))
                    _known[check] = decision = Ask(check);
                return decision;
            }
        }

        private CelDecision Ask(CelAccessCheck check)
        {
            var attributes = new AuthorizationAttributes
            {
                User = check.ServiceAccount is { } account ? ServiceAccount(account.Namespace, account.Name) : user,
                Verb = check.Verb,
                ApiGroup = check.Group,
                ApiVersion = check.Path is null ? "*" : "",
                Resource = check.Resource,
                Subresource = check.Subresource,
                Namespace = check.Namespace,
                Name = check.Name,
                Path = check.Path ?? "",
                IsResourceRequest = check.Path is null,
                FieldSelector = check.FieldSelector,
                LabelSelector = check.LabelSelector,
            };
            try
            {
                var decision = authorizer.AuthorizeAsync(attributes, cancellationToken).AsTask().GetAwaiter().GetResult();
                return new CelDecision(decision.Allowed, decision.Reason);
            }
            catch (ApiException e)
            {
                return new CelDecision(false, "", e.Message);
            }
        }

        private static UserInfo ServiceAccount(string ns, string name) =>
            UserInfo.Of($"system:serviceaccount:{ns}:{name}", "system:serviceaccounts", $"system:serviceaccounts:{ns}");
    }
}
