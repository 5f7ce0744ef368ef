using LiteKube.Controllers.ServiceAccounts;
using LiteKube.Security.Tokens;

namespace LiteKube.Adapters;

/// <summary>The security room's tokens as the controller of token Secrets wants them.</summary>
internal sealed class ClusterTokenIssuer(ServiceAccountTokens tokens) : IServiceAccountTokenIssuer
{
    public string IssueForSecret(string ns, string serviceAccount, string serviceAccountUid, string secret) => tokens.IssueForSecret(ns, serviceAccount, serviceAccountUid, secret);
}
