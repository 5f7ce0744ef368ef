using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>Sees that every namespace has the CA bundle by which its pods trust the API server.</summary>
internal sealed class RootCaPublisher(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<RootCaPublisher>())
{
    private const string Name = "kube-root-ca.crt";
    private const string File = "ca.crt";

    private readonly Informer<Namespace> _namespaces = context.Informers.Of<Namespace>();
    private readonly Informer<ConfigMap> _published = context.Informers.Of<ConfigMap>(InformerFilter.Named(null, Name));
    private readonly Lazy<string> _bundle = new(context.Options.RootCertificateAuthority);

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_namespaces, (_, current) =>
        {
            if (current is not null)
                Queue.Add(current.Metadata.Name!);
        }),
        On(_published, (old, current) => Queue.Add((current ?? old)!.Metadata.Namespace!)),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_namespaces.Get(key) is not { Metadata.DeletionTimestamp: null })
            return;
        var present = _published.Get(key, Name);
        if (present is not null && present.Data.Count == 1 && present.Data.TryGetValue(File, out var bundle) && bundle == _bundle.Value)
            return;
        var data = new Dictionary<string, string> { [File] = _bundle.Value };
        if (present is not null)
        {
            await context.Client.UpdateAsync(present with { Data = data }, cancellationToken).ConfigureAwait(false);
            return;
        }

        var annotations = new Dictionary<string, string> { ["kubernetes.io/description"] = "The CA bundle that verifies the API server. Pods find it in their service account volume." };
        await context.Client.CreateUnlessTerminatingAsync(new ConfigMap { Metadata = new ObjectMeta { Namespace = key, Name = Name, Annotations = annotations }, Data = data }, cancellationToken).ConfigureAwait(false);
    }
}
