using LiteKube.Api;
using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Registration;

/// <summary>The node's sign of life: a Lease in kube-node-lease, renewed every ten seconds (KEP-589).</summary>
internal sealed partial class NodeLease(NodeOptions options, KubeClient client, NodeFacts facts, TimeProvider time, ILogger<NodeLease> logger)
{
    private const string Namespace = "kube-node-lease";
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(500);

    private Lease? _held;

    /// <param name="renewed">Called with each renewal.</param>
    public async Task RunAsync(Action renewed, CancellationToken cancellationToken)
    {
        try
        {
            var retry = s_retry;
            while (true)
            {
                try
                {
                    _held = _held is null ? await TakeAsync(cancellationToken).ConfigureAwait(false) : await client.UpdateAsync(Renewed(_held), cancellationToken).ConfigureAwait(false);
                    retry = s_retry;
                    renewed();
                    await Task.Delay(options.LeaseInterval, time, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
                {
                    // Whatever it was (a conflict, a server away), the next attempt begins with a look at what is there.
                    _held = null;
                    LogFailed(options.NodeName, e.Message);
                    await Task.Delay(retry, time, cancellationToken).ConfigureAwait(false);
                    retry = retry * 2 < options.LeaseInterval ? retry * 2 : options.LeaseInterval;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Not given back: a short restart shall not make the node NotReady.
        }
    }

    private async ValueTask<Lease> TakeAsync(CancellationToken cancellationToken)
    {
        if (await client.FindAsync<Lease>(Namespace, options.NodeName, cancellationToken).ConfigureAwait(false) is { } present)
            return await client.UpdateAsync(Renewed(present), cancellationToken).ConfigureAwait(false);
        var owner = facts.Node;
        return await client.CreateAsync(
            Renewed(new Lease
            {
                Metadata = new ObjectMeta
                {
                    Namespace = Namespace,
                    Name = options.NodeName,

                    // Goes with its node.
                    OwnerReferences = owner is null ? [] : [new OwnerReference { ApiVersion = ApiNode.ApiVersion, Kind = ApiNode.Kind, Name = options.NodeName, Uid = owner.Metadata.Uid ?? "" }],
                },
            }),
            cancellationToken).ConfigureAwait(false);
    }

    private Lease Renewed(Lease lease) => lease with
    {
        Spec = lease.Spec with { HolderIdentity = options.NodeName, LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds, RenewTime = time.GetUtcNow() },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease of node {Name} not renewed: {Error}")]
    private partial void LogFailed(string name, string error);
}
