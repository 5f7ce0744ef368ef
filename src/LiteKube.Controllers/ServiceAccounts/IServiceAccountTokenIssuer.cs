namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>Who signs the tokens of Secrets of type kubernetes.io/service-account-token: the process adapts its keys to this. Without one such Secrets stay empty.</summary>
public interface IServiceAccountTokenIssuer
{
    string IssueForSecret(string ns, string serviceAccount, string serviceAccountUid, string secret);
}
