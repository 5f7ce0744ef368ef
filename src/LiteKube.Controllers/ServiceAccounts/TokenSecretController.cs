using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>
/// Fills Secrets of type kubernetes.io/service-account-token with a token of the account that they name, and deletes them with it.
/// (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets)
/// </summary>
internal sealed class TokenSecretController(ControllerContext context, IServiceAccountTokenIssuer? issuer = null) : Reconciler<ObjectKey>(context.Time, context.Logger<TokenSecretController>())
{
    private const string SecretType = "kubernetes.io/service-account-token";
    private const string NameAnnotation = "kubernetes.io/service-account.name";
    private const string UidAnnotation = "kubernetes.io/service-account.uid";

    private readonly Informer<Secret> _secrets = context.Informers.Of<Secret>(new InformerFilter(FieldSelector: $"type={SecretType}"));
    private readonly Informer<ServiceAccount> _accounts = context.Informers.Of<ServiceAccount>();
    private readonly Lazy<byte[]> _authority = new(() => Encoding.ASCII.GetBytes(context.Options.RootCertificateAuthority()));

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_secrets, (_, current) => Enqueue(current)),
        On(_accounts, (old, current) =>
        {
            var account = (current ?? old)!;
            foreach (var secret in _secrets.ListIn(account.Metadata.Namespace!))
            {
                if (secret.Metadata.Annotations.GetValueOrDefault(NameAnnotation) == account.Metadata.Name)
                    Enqueue(secret);
            }
        }),
    ];

    protected override async ValueTask ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (issuer is null || _secrets.Get(key.Namespace, key.Name) is not { Metadata.DeletionTimestamp: null } secret || secret.Metadata.Annotations.GetValueOrDefault(NameAnnotation) is not { Length: > 0 } name)
            return;

        // Asked of the server, because a Secret may be seen before the account that was made before it.
        var account = _accounts.Get(key.Namespace, name) ?? await context.Client.FindAsync<ServiceAccount>(key.Namespace, name, cancellationToken).ConfigureAwait(false);
        var uid = secret.Metadata.Annotations.GetValueOrDefault(UidAnnotation);
        if (account is null || (!string.IsNullOrEmpty(uid) && uid != account.Metadata.Uid))
        {
            var same = new DeleteOptions { Preconditions = new Preconditions { Uid = secret.Metadata.Uid, ResourceVersion = secret.Metadata.ResourceVersion } };
            await context.Client.TryDeleteAsync(Secret.Resource, key.Namespace, key.Name, same, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Filled(secret, account, issuer) is { } filled)
            await context.Client.UpdateAsync(filled, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null where nothing is missing. A token that is there stays: whoever has it may rely on it.</summary>
    private Secret? Filled(Secret secret, ServiceAccount account, IServiceAccountTokenIssuer tokens)
    {
        var (ns, name) = (secret.Metadata.Namespace!, secret.Metadata.Name!);
        var data = new Dictionary<string, byte[]>(secret.Data);
        if (!data.TryGetValue("ca.crt", out var authority) || !authority.AsSpan().SequenceEqual(_authority.Value))
            data["ca.crt"] = _authority.Value;
        if (!data.TryGetValue("namespace", out var written) || Encoding.UTF8.GetString(written) != ns)
            data["namespace"] = Encoding.UTF8.GetBytes(ns);
        if (!data.TryGetValue("token", out var token) || token.Length == 0)
            data["token"] = Encoding.ASCII.GetBytes(tokens.IssueForSecret(ns, account.Metadata.Name!, account.Metadata.Uid!, name));
        var annotations = new Dictionary<string, string>(secret.Metadata.Annotations) { [UidAnnotation] = account.Metadata.Uid! };
        var changed = data.Count != secret.Data.Count || data.Any(d => !ReferenceEquals(d.Value, secret.Data.GetValueOrDefault(d.Key))) || secret.Metadata.Annotations.GetValueOrDefault(UidAnnotation) != account.Metadata.Uid;
        return changed ? secret with { Data = data, Metadata = secret.Metadata with { Annotations = annotations } } : null;
    }

    private void Enqueue(Secret? secret)
    {
        if (secret is not null)
            Queue.Add(new ObjectKey(secret.Metadata.Namespace!, secret.Metadata.Name!));
    }
}
