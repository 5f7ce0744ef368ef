using System.Security.Cryptography;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Security.Joining;

/// <summary>
/// A Kubernetes bootstrap token, <c>id.secret</c>: six and sixteen lower-case letters and digits, kept in a Secret of kube-system named by the id.
/// (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/)
/// </summary>
public sealed record BootstrapToken(string Id, string Secret)
{
    public const string Namespace = "kube-system";
    public const string SecretType = "bootstrap.kubernetes.io/token";
    public const string SecretNamePrefix = "bootstrap-token-";

    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 6;
    private const int SecretLength = 16;

    public string SecretName => SecretNamePrefix + Id;

    public static BootstrapToken New() => new(RandomNumberGenerator.GetString(Alphabet, IdLength), RandomNumberGenerator.GetString(Alphabet, SecretLength));

    public static BootstrapToken? TryParse(string text)
    {
        var dot = text.IndexOf('.');
        if (dot != IdLength || text.Length != IdLength + 1 + SecretLength)
            return null;
        var (id, secret) = (text[..dot], text[(dot + 1)..]);
        return IsPlain(id) && IsPlain(secret) ? new BootstrapToken(id, secret) : null;
    }

    /// <summary>The Secret that makes the token good for joining, without end.</summary>
    public Secret ToSecret(string description) => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = SecretName },
        Type = SecretType,
        Data = new Dictionary<string, byte[]>
        {
            ["token-id"] = Encoding.ASCII.GetBytes(Id),
            ["token-secret"] = Encoding.ASCII.GetBytes(Secret),
            ["description"] = Encoding.UTF8.GetBytes(description),
            ["usage-bootstrap-authentication"] = "true"u8.ToArray(),
            ["usage-bootstrap-signing"] = "true"u8.ToArray(),
        },
    };

    /// <summary>The token as a bearer sends it. The record's own text keeps the secret back.</summary>
    public string Bearer => $"{Id}.{Secret}";

    public override string ToString() => $"{Id}.<secret>";

    private static bool IsPlain(string text) => text.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'z'));
}
