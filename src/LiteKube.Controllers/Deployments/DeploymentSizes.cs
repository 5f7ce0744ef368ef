using LiteKube.Api;
using LiteKube.Api.Apps.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>The arithmetic of rollouts. (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment)</summary>
internal static class DeploymentSizes
{
    private static readonly IntOrString s_quarter = "25%";

    public static int Replicas(this Deployment deployment) => deployment.Spec.Replicas ?? 1;

    public static int Replicas(this ReplicaSet rs) => rs.Spec.Replicas ?? 1;

    public static int Available(this ReplicaSet rs) => rs.Status.AvailableReplicas ?? 0;

    public static bool Rolls(this Deployment deployment) => deployment.Spec.Strategy?.Type != "Recreate";

    public static int MaxSurge(this Deployment deployment) => deployment.Rolls() ? Bounds(deployment).Surge : 0;

    public static int MaxUnavailable(this Deployment deployment) =>
        deployment.Rolls() && deployment.Replicas() > 0 ? Math.Min(Bounds(deployment).Unavailable, deployment.Replicas()) : 0;

    /// <summary>The most pods there may be at once.</summary>
    public static int MaxTotal(this Deployment deployment) => deployment.Replicas() + deployment.MaxSurge();

    public static int SizeOfNew(Deployment deployment, IReadOnlyList<ReplicaSet> all, int present)
    {
        if (!deployment.Rolls())
            return deployment.Replicas();
        var room = deployment.MaxTotal() - all.Sum(Replicas);
        return room <= 0 ? present : present + Math.Min(room, deployment.Replicas() - present);
    }

    /// <summary>How many pods a ReplicaSet gains or loses when the Deployment is scaled in the middle of a rollout: its share by size, rounded, within what is left.</summary>
    public static int Proportion(Deployment deployment, ReplicaSet rs, int toAdd, int added)
    {
        if (rs.Replicas() == 0 || toAdd == 0 || toAdd == added)
            return 0;
        var share = Share(deployment, rs);
        var allowed = toAdd - added;
        return toAdd > 0 ? Math.Min(share, allowed) : Math.Max(share, allowed);
    }

    private static int Share(Deployment deployment, ReplicaSet rs)
    {
        if (deployment.Replicas() == 0)
            return -rs.Replicas();
        var before = DeploymentAnnotations.Number(rs.Metadata, DeploymentAnnotations.MaxReplicas) is { } noted and not 0 ? noted : deployment.Status.Replicas ?? 0;
        if (before == 0)
            return 0;
        return (int)Math.Round((double)rs.Replicas() * deployment.MaxTotal() / before, MidpointRounding.AwayFromZero) - rs.Replicas();
    }

    private static (int Surge, int Unavailable) Bounds(Deployment deployment)
    {
        var rolling = deployment.Spec.Strategy?.RollingUpdate;
        var surge = (rolling?.MaxSurge ?? s_quarter).Scaled(deployment.Replicas(), roundUp: true);
        var unavailable = (rolling?.MaxUnavailable ?? s_quarter).Scaled(deployment.Replicas(), roundUp: false);

        // Both may round to nothing, and then nothing would ever move.
        return surge == 0 && unavailable == 0 ? (0, 1) : (surge, unavailable);
    }
}
