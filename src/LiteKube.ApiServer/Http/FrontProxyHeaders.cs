using LiteKube.Api.Security;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>The headers by which an authenticating proxy says for whom it asks; the names are those of the ConfigMap extension-apiserver-authentication.</summary>
internal static class FrontProxyHeaders
{
    private const string User = "X-Remote-User";
    private const string Uid = "X-Remote-Uid";
    private const string Group = "X-Remote-Group";
    private const string ExtraPrefix = "X-Remote-Extra-";

    /// <summary>Null where the request names nobody. Not believed until the sender's certificate is known to be the proxy's.</summary>
    public static UserInfo? Read(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(User, out var name) || name.ToString() is not { Length: > 0 } user)
            return null;
        var extra = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (header, values) in headers)
        {
            if (header.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase) && header.Length > ExtraPrefix.Length)
                extra[Uri.UnescapeDataString(header[ExtraPrefix.Length..]).ToLowerInvariant()] = [.. values.OfType<string>()];
        }

        return new UserInfo(user) { Uid = headers[Uid].ToString(), Groups = [.. headers[Group].OfType<string>()], Extra = extra };
    }
}
