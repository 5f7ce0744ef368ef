using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ServiceAccounts;

/// <summary>Sees that every namespace has the ServiceAccount that pods get when they name none.</summary>
internal sealed class ServiceAccountController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<ServiceAccountController>())
{
    private const string Name = "default";

    private readonly Informer<Namespace> _namespaces = context.Informers.Of<Namespace>();
    private readonly Informer<ServiceAccount> _accounts = context.Informers.Of<ServiceAccount>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_namespaces, (_, current) =>
        {
            if (current is not null)
                Queue.Add(current.Metadata.Name!);
        }),
        On(_accounts, (old, current) =>
        {
            if (current is null && old!.Metadata.Name == Name)
                Queue.Add(old.Metadata.Namespace!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_namespaces.Get(key) is not { Metadata.DeletionTimestamp: null } || _accounts.Get(key, Name) is not null)
            return;
        await context.Client.CreateUnlessTerminatingAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = key, Name = Name } }, cancellationToken).ConfigureAwait(false);
    }
}
