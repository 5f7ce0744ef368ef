using LiteKube.Api;
using LiteKube.Api.Security;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>The headers that tell an aggregated API server whom a request is for; the ConfigMap extension-apiserver-authentication names them.</summary>
internal static class RemoteUser
{
    /// <summary>Whoever sends such headers to this server speaks for nobody: they never go on.</summary>
    public const string Prefix = "X-Remote-";

    /// <summary>Who asks for this server's own sake.</summary>
    public static UserInfo Aggregator { get; } = UserInfo.Of("system:kube-aggregator", UserInfo.MastersGroup);

    /// <exception cref="ApiException">Forbidden: the user's name or groups cannot stand in a header, and would there be somebody else's.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers(UserInfo user)
    {
        var headers = All(user).ToList();
        return headers.Any(h => h.Value.Any(char.IsControl)) ? throw new ApiException(StatusReason.Forbidden, "the user's attributes cannot be passed on to an aggregated API server") : headers;
    }

    private static IEnumerable<KeyValuePair<string, string>> All(UserInfo user)
    {
        yield return KeyValuePair.Create("X-Remote-User", user.Name);
        if (user.Uid.Length > 0)
            yield return KeyValuePair.Create("X-Remote-Uid", user.Uid);
        foreach (var group in user.Groups)
            yield return KeyValuePair.Create("X-Remote-Group", group);
        foreach (var (key, values) in user.Extra)
        {
            // Keys hold slashes, header names must not.
            var header = "X-Remote-Extra-" + Uri.EscapeDataString(key);
            foreach (var value in values)
                yield return KeyValuePair.Create(header, value);
        }
    }
}
