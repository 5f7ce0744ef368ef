using LiteKube.Api;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Controllers.ReplicaSets;

/// <summary>A ReplicaSet or ReplicationController seen as one thing: so many pods of one template.</summary>
internal abstract class ReplicaKind<T> where T : class, IKubeObject<T>
{
    /// <summary>As users see it in events.</summary>
    public abstract string Component { get; }

    public abstract int Replicas(T owner);

    public abstract int MinReadySeconds(T owner);

    public abstract LabelMatcher Selector(T owner);

    public abstract PodTemplateSpec Template(T owner);

    public abstract ReplicaSetStatus Status(T owner);

    public abstract T WithStatus(T owner, ReplicaSetStatus status);
}

internal sealed class ReplicaSetKind : ReplicaKind<ReplicaSet>
{
    public override string Component => "replicaset-controller";

    public override int Replicas(ReplicaSet owner) => owner.Spec.Replicas ?? 1;

    public override int MinReadySeconds(ReplicaSet owner) => owner.Spec.MinReadySeconds ?? 0;

    public override LabelMatcher Selector(ReplicaSet owner) => LabelMatcher.Of(owner.Spec.Selector);

    public override PodTemplateSpec Template(ReplicaSet owner) => owner.Spec.Template ?? new PodTemplateSpec();

    public override ReplicaSetStatus Status(ReplicaSet owner) => owner.Status;

    public override ReplicaSet WithStatus(ReplicaSet owner, ReplicaSetStatus status) => owner with { Status = status };
}

internal sealed class ReplicationControllerKind : ReplicaKind<ReplicationController>
{
    public override string Component => "replication-controller";

    public override int Replicas(ReplicationController owner) => owner.Spec.Replicas ?? 1;

    public override int MinReadySeconds(ReplicationController owner) => owner.Spec.MinReadySeconds ?? 0;

    public override LabelMatcher Selector(ReplicationController owner) => LabelMatcher.Of(owner.Spec.Selector);

    public override PodTemplateSpec Template(ReplicationController owner) => owner.Spec.Template ?? new PodTemplateSpec();

    public override ReplicaSetStatus Status(ReplicationController owner) => new()
    {
        Replicas = owner.Status.Replicas,
        FullyLabeledReplicas = owner.Status.FullyLabeledReplicas,
        ReadyReplicas = owner.Status.ReadyReplicas,
        AvailableReplicas = owner.Status.AvailableReplicas,
        ObservedGeneration = owner.Status.ObservedGeneration,
        Conditions = [.. owner.Status.Conditions.Select(c => new ReplicaSetCondition { Type = c.Type, Status = c.Status, Reason = c.Reason, Message = c.Message, LastTransitionTime = c.LastTransitionTime })],
    };

    public override ReplicationController WithStatus(ReplicationController owner, ReplicaSetStatus status) => owner with
    {
        Status = new ReplicationControllerStatus
        {
            Replicas = status.Replicas,
            FullyLabeledReplicas = status.FullyLabeledReplicas,
            ReadyReplicas = status.ReadyReplicas,
            AvailableReplicas = status.AvailableReplicas,
            ObservedGeneration = status.ObservedGeneration,
            Conditions = [.. status.Conditions.Select(c => new ReplicationControllerCondition { Type = c.Type, Status = c.Status, Reason = c.Reason, Message = c.Message, LastTransitionTime = c.LastTransitionTime })],
        },
    };
}
