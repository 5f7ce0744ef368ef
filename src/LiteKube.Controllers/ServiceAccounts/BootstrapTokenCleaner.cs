using System.Globalization;
using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>Deletes bootstrap tokens that have expired. (https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/)</summary>
internal sealed class BootstrapTokenCleaner(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<BootstrapTokenCleaner>())
{
    private const string Namespace = "kube-system";

    private readonly Informer<Secret> _tokens = context.Informers.Of<Secret>(new InformerFilter(Namespace, FieldSelector: "type=bootstrap.kubernetes.io/token"));

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_tokens, (_, current) =>
        {
            if (current is not null && ExpiresAt(current) is not null)
                Queue.Add(current.Metadata.Name!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_tokens.Get(Namespace, key) is not { } token || ExpiresAt(token) is not { } at)
            return;
        var left = at - context.Time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            Queue.AddAfter(key, left);
            return;
        }

        var same = new DeleteOptions { Preconditions = new Preconditions { Uid = token.Metadata.Uid, ResourceVersion = token.Metadata.ResourceVersion } };
        await context.Client.TryDeleteAsync(Secret.Resource, Namespace, key, same, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null for a token without end. What cannot be read as a time has expired, as authentication has it.</summary>
    private static DateTimeOffset? ExpiresAt(Secret token)
    {
        if (!token.Data.TryGetValue("expiration", out var text) || text.Length == 0)
            return null;
        return DateTimeOffset.TryParse(Encoding.UTF8.GetString(text), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : DateTimeOffset.MinValue;
    }
}
