using LiteKube.Api.Apps.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>A Deployment's ReplicaSets: the one of its present template, if there is one, and the others, oldest first.</summary>
internal sealed class ReplicaSets
{
    private ReplicaSets(ReplicaSet? @new, IReadOnlyList<ReplicaSet> old)
    {
        New = @new;
        Old = old;
    }

    public ReplicaSet? New { get; }

    public IReadOnlyList<ReplicaSet> Old { get; }

    public IReadOnlyList<ReplicaSet> All => New is null ? Old : [.. Old, New];

    public IEnumerable<ReplicaSet> ActiveOld => Old.Where(rs => rs.Replicas() > 0);

    public static ReplicaSets Of(Deployment deployment, IEnumerable<ReplicaSet> owned)
    {
        var sorted = owned.OrderBy(rs => rs.Metadata.CreationTimestamp).ThenBy(rs => rs.Metadata.Name, StringComparer.Ordinal).ToList();

        // Where several have the template (adopted ones, say), the oldest is it, so that the answer never changes.
        var current = sorted.FirstOrDefault(rs => rs.Spec.Template is { } template && PodTemplateHash.Same(template, deployment.Spec.Template));
        return new ReplicaSets(current, [.. sorted.Where(rs => rs != current)]);
    }

    public ReplicaSets With(ReplicaSet @new) => new(@new, Old);

    /// <summary>The same with one ReplicaSet in its newer version.</summary>
    public ReplicaSets Updated(ReplicaSet rs) =>
        New?.Metadata.Uid == rs.Metadata.Uid ? new ReplicaSets(rs, Old) : new ReplicaSets(New, [.. Old.Select(o => o.Metadata.Uid == rs.Metadata.Uid ? rs : o)]);

    /// <summary>The one ReplicaSet that has pods, or when none has, the newest; null when several have: a rollout is under way.</summary>
    public ReplicaSet? ActiveOrLatest()
    {
        var active = All.Where(rs => rs.Replicas() > 0).Take(2).ToList();
        return active.Count switch
        {
            0 => New ?? Old.LastOrDefault(),
            1 => active[0],
            _ => null,
        };
    }
}
