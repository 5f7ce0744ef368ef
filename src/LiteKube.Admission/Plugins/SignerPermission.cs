using LiteKube.Api.Security;

namespace LiteKube.Admission.Plugins;

/// <summary>Who may act for a signer: on that signer by name, or on all of its domain.</summary>
internal static class SignerPermission
{
    private const string Group = "certificates.k8s.io";

    public static async ValueTask<bool> HasAsync(IAdmissionAuthorizer authorizer, UserInfo user, string verb, string signer, CancellationToken cancellationToken)
    {
        if (await authorizer.MayAsync(user, new AccessQuestion(verb, Group, "signers") { Name = signer }, cancellationToken))
            return true;
        var slash = signer.IndexOf('/');
        return slash > 0 && await authorizer.MayAsync(user, new AccessQuestion(verb, Group, "signers") { Name = signer[..slash] + "/*" }, cancellationToken);
    }
}
