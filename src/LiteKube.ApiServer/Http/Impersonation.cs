using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.Security.Authorization;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>
/// Impersonate-* headers: a user speaks for another, where authorized for the verb impersonate on each part of the identity.
/// (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation)
/// </summary>
internal static class Impersonation
{
    private const string UserHeader = "Impersonate-User";
    private const string GroupHeader = "Impersonate-Group";
    private const string UidHeader = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";

    public static bool IsAsked(IHeaderDictionary headers) =>
        headers.ContainsKey(UserHeader) || headers.ContainsKey(GroupHeader) || headers.ContainsKey(UidHeader) || HasExtra(headers);

    public static async ValueTask<UserInfo> ResolveAsync(UserInfo user, IHeaderDictionary headers, IAuthorizer authorizer, CancellationToken cancellationToken)
    {
        var name = headers[UserHeader].ToString();
        if (name.Length == 0)
            throw new ApiException(StatusReason.InternalError, "Internal error occurred: requested identity parts without impersonating a user name");
        var groups = headers[GroupHeader].OfType<string>().ToArray();
        var uid = headers[UidHeader].ToString();
        var extra = headers.Where(h => h.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(h => Uri.UnescapeDataString(h.Key[ExtraPrefix.Length..]).ToLowerInvariant(), h => (IReadOnlyList<string>)h.Value.OfType<string>().ToArray(), StringComparer.Ordinal);

        var account = ServiceAccountOf(name);
        if (account is var (ns, accountName))
            await CheckAsync(new AuthorizationAttributes { User = user, Verb = "impersonate", ApiVersion = "v1", Resource = "serviceaccounts", Namespace = ns, Name = accountName });
        else
            await CheckAsync(new AuthorizationAttributes { User = user, Verb = "impersonate", ApiVersion = "v1", Resource = "users", Name = name });
        foreach (var group in groups)
            await CheckAsync(new AuthorizationAttributes { User = user, Verb = "impersonate", ApiVersion = "v1", Resource = "groups", Name = group });
        if (uid.Length > 0)
            await CheckAsync(new AuthorizationAttributes { User = user, Verb = "impersonate", ApiGroup = "authentication.k8s.io", ApiVersion = "v1", Resource = "uids", Name = uid });
        foreach (var (key, values) in extra)
        {
            foreach (var value in values)
                await CheckAsync(new AuthorizationAttributes { User = user, Verb = "impersonate", ApiGroup = "authentication.k8s.io", ApiVersion = "v1", Resource = "userextras", Subresource = key, Name = value });
        }

        return new UserInfo(name) { Uid = uid, Groups = WithImplied(name, account?.Namespace, groups), Extra = extra };

        async ValueTask CheckAsync(AuthorizationAttributes attributes)
        {
            var decision = await authorizer.AuthorizeAsync(attributes, cancellationToken);
            if (!decision.Allowed)
                throw ForbiddenStatus.For(attributes, decision.Reason);
        }
    }

    private static bool HasExtra(IHeaderDictionary headers)
    {
        foreach (var header in headers)
        {
            if (header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static List<string> WithImplied(string name, string? serviceAccountNamespace, string[] groups)
    {
        var all = new List<string>(groups);
        if (serviceAccountNamespace is not null && groups.Length == 0)
        {
            all.Add(UserInfo.ServiceAccountsGroup);
            all.Add($"{UserInfo.ServiceAccountsGroup}:{serviceAccountNamespace}");
        }

        var implied = name == UserInfo.AnonymousName ? UserInfo.UnauthenticatedGroup : UserInfo.AuthenticatedGroup;
        if (!all.Contains(implied))
            all.Add(implied);
        return all;
    }

    private static (string Namespace, string Name)? ServiceAccountOf(string user)
    {
        if (!user.StartsWith(UserInfo.ServiceAccountPrefix, StringComparison.Ordinal))
            return null;
        var parts = user[UserInfo.ServiceAccountPrefix.Length..].Split(':');
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }
}
