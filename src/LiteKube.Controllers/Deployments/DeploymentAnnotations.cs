using System.Globalization;
using LiteKube.Api.Apps.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>What a Deployment writes on its ReplicaSets: which revision each is, and the sizes by which a scaling in the middle of a rollout is shared out.</summary>
internal static class DeploymentAnnotations
{
    public const string Revision = "deployment.kubernetes.io/revision";
    public const string RevisionHistory = "deployment.kubernetes.io/revision-history";
    public const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    public const string MaxReplicas = "deployment.kubernetes.io/max-replicas";
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string RollbackTo = "deprecated.deployment.rollback.to";
    private const int MaxHistoryLength = 2000;

    /// <summary>Revisions are 64-bit: an adopted ReplicaSet may carry a large one.</summary>
    public static long RevisionOf(ObjectMeta metadata) => Number(metadata, Revision) ?? 0;

    public static long? Number(ObjectMeta metadata, string name) =>
        metadata.Annotations.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The ReplicaSet of the present template with the Deployment's own annotations and the revision it has to have; the same object when it has them.</summary>
    public static ReplicaSet Current(Deployment deployment, ReplicaSet rs, long revision)
    {
        var annotations = new Dictionary<string, string>(rs.Metadata.Annotations, StringComparer.Ordinal);
        var changed = false;
        foreach (var (name, value) in deployment.Metadata.Annotations)
        {
            if (IsOwn(name) || (annotations.TryGetValue(name, out var present) && present == value))
                continue;
            annotations[name] = value;
            changed = true;
        }

        var had = Number(rs.Metadata, Revision);
        if ((had ?? 0) < revision)
        {
            annotations[Revision] = revision.ToString(CultureInfo.InvariantCulture);
            changed = true;
            if (had is not null)
                annotations[RevisionHistory] = History(annotations.GetValueOrDefault(RevisionHistory), had.Value);
        }

        return changed ? rs with { Metadata = rs.Metadata with { Annotations = annotations } } : rs;
    }

    /// <summary>The ReplicaSet with the sizes of its Deployment; the same object when it has them.</summary>
    public static ReplicaSet Sized(ReplicaSet rs, int desired, int max)
    {
        if (Number(rs.Metadata, DesiredReplicas) == desired && Number(rs.Metadata, MaxReplicas) == max)
            return rs;
        var annotations = new Dictionary<string, string>(rs.Metadata.Annotations, StringComparer.Ordinal)
        {
            [DesiredReplicas] = desired.ToString(CultureInfo.InvariantCulture),
            [MaxReplicas] = max.ToString(CultureInfo.InvariantCulture),
        };
        return rs with { Metadata = rs.Metadata with { Annotations = annotations } };
    }

    private static bool IsOwn(string name) => name is LastApplied or Revision or RevisionHistory or DesiredReplicas or MaxReplicas or RollbackTo;

    private static string History(string? history, long revision)
    {
        var text = revision.ToString(CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(history))
            return text;
        history = $"{history},{text}";
        while (history.Length > MaxHistoryLength && history.IndexOf(',') is >= 0 and var comma)
            history = history[(comma + 1)..];
        return history;
    }
}
