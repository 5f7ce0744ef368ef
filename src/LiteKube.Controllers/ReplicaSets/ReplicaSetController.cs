using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.ReplicaSets;

internal sealed class ReplicaSetController : ReplicaController<ReplicaSet>
{
    private readonly InformerIndex<ReplicaSet> _byDeployment;

    public ReplicaSetController(ControllerContext context)
        : base(context, new ReplicaSetKind(), context.Logger<ReplicaSetController>()) => _byDeployment = context.Informers.Of<ReplicaSet>().ByController();

    /// <summary>The pods of all ReplicaSets of the same Deployment.</summary>
    protected override IEnumerable<Pod> Related(ReplicaSet owner, IReadOnlyList<Pod> own) =>
        owner.Metadata.ControllerOf() is { } deployment ? _byDeployment[deployment.Uid].SelectMany(rs => PodsOf(rs.Metadata.Uid!)) : own;
}

internal sealed class ReplicationControllerController(ControllerContext context)
    : ReplicaController<ReplicationController>(context, new ReplicationControllerKind(), context.Logger<ReplicationControllerController>());
