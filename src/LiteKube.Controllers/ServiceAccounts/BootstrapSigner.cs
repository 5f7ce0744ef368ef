using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>
/// Signs the kubeconfig in kube-public/cluster-info with every bootstrap token that is for signing, so that who has a token can tell that the cluster's address
/// and CA are the ones its giver meant. (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/#configmap-signing)
/// </summary>
internal sealed class BootstrapSigner(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<BootstrapSigner>())
{
    private const string Namespace = "kube-public";
    private const string Name = "cluster-info";
    private const string TokenPrefix = "bootstrap-token-";
    private const string SignaturePrefix = "jws-kubeconfig-";

    private readonly Informer<ConfigMap> _signed = context.Informers.Of<ConfigMap>(InformerFilter.Named(Namespace, Name));
    private readonly Informer<Secret> _tokens = context.Informers.Of<Secret>(new InformerFilter("kube-system", FieldSelector: "type=bootstrap.kubernetes.io/token"));

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_signed, (_, current) =>
        {
            if (current is not null)
                Queue.Add(Name);
        }),
        On(_tokens, (_, _) => Queue.Add(Name)),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_signed.Get(Namespace, Name) is not { } present || !present.Data.TryGetValue("kubeconfig", out var kubeconfig))
            return;
        var data = present.Data.Where(d => !d.Key.StartsWith(SignaturePrefix, StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        foreach (var token in _tokens.List())
            if (KeyOf(token) is var (id, secret))
                data[SignaturePrefix + id] = Sign(kubeconfig, id, secret);
        if (data.Count == present.Data.Count && data.All(d => present.Data.GetValueOrDefault(d.Key) == d.Value))
            return;
        await context.Client.UpdateAsync(present with { Data = data }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A JSON Web Signature without its payload (RFC 7515, appendix F), by HMAC SHA-256 with the token's secret.</summary>
    internal static string Sign(string payload, string id, byte[] secret)
    {
        var header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"HS256\",\"kid\":\"{id}\"}}"));
        var signature = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}"));
        return $"{header}..{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Null for a token that is none, is for something else, or has expired.</summary>
    private (string Id, byte[] Secret)? KeyOf(Secret token)
    {
        var id = Text(token, "token-id");
        if (id.Length == 0 || !id.All(char.IsAsciiLetterOrDigit) || token.Metadata.Name != TokenPrefix + id || Text(token, "usage-bootstrap-signing") != "true" || token.Metadata.DeletionTimestamp is not null)
            return null;
        var expiration = Text(token, "expiration");
        var isOver = expiration.Length > 0 && (!DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) || end <= context.Time.GetUtcNow());
        return !isOver && token.Data.TryGetValue("token-secret", out var secret) && secret.Length > 0 ? (id, secret) : null;
    }

    private static string Text(Secret token, string key) => token.Data.TryGetValue(key, out var value) ? Encoding.UTF8.GetString(value) : "";
}
