using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Nodes;

/// <summary>Labels the node of the server's own machine, so that `kubectl get nodes` shows its role. A node may not give itself such a label.</summary>
internal sealed class ControlPlaneRoleController(ControllerContext context) : Reconciler<string>(context.Time, context.Logger<ControlPlaneRoleController>())
{
    public const string Label = "node-role.kubernetes.io/control-plane";

    private static readonly ReadOnlyMemory<byte> s_patch = """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"true"}}}"""u8.ToArray();

    private readonly Informer<Node> _nodes = context.Informers.Of<Node>();

    protected override int Workers => 1;

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_nodes, (old, current) =>
        {
            // Once per node: who takes the label away later means it.
            if (old is null && current?.Metadata.Name == context.Options.ControlPlaneNode)
                Queue.Add(current!.Metadata.Name!);
        }),
    ];

    protected override async ValueTask ReconcileAsync(string key, CancellationToken cancellationToken)
    {
        if (_nodes.Get(key) is { } node && !node.Metadata.Labels.ContainsKey(Label))
            await context.Client.PatchAsync<Node>(null, key, PatchKind.Merge, s_patch, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
