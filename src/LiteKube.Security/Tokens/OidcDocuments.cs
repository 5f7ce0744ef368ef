using System.Text;
using LiteKube.Security.Pki;

namespace LiteKube.Security.Tokens;

/// <summary>What lets others check service-account tokens: the documents of OpenID Connect Discovery, made once.</summary>
public sealed class OidcDocuments(ClusterPki pki, SecurityOptions options)
{
    public const string DiscoveryPath = "/.well-known/openid-configuration";
    public const string KeysPath = "/openid/v1/jwks";
    public const string KeysContentType = "application/jwk-set+json";

    /// <summary>Served as application/json at <see cref="DiscoveryPath"/>.</summary>
    public ReadOnlyMemory<byte> Discovery { get; } = Encoding.UTF8.GetBytes(
        $$"""{"issuer":"{{options.Issuer}}","jwks_uri":"{{options.Issuer.TrimEnd('/')}}{{KeysPath}}","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["{{pki.TokenKey.Algorithm}}"]}""");

    /// <summary>Served as <see cref="KeysContentType"/> at <see cref="KeysPath"/>.</summary>
    public ReadOnlyMemory<byte> Keys { get; } = Encoding.UTF8.GetBytes($$"""{"keys":[{{pki.TokenKey.Jwk()}}]}""");
}
