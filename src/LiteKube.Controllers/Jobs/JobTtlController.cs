using LiteKube.Api.Batch.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;

namespace LiteKube.Controllers.Jobs;

/// <summary>Deletes Jobs so many seconds after they have finished as they say themselves. (https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/)</summary>
internal sealed class JobTtlController(ControllerContext context) : Reconciler<ObjectKey>(context.Time, context.Logger<JobTtlController>())
{
    private readonly Informer<Job> _jobs = context.Informers.Of<Job>();

    protected override IReadOnlyList<Task> Subscribe() =>
    [
        On(_jobs, (_, current) =>
        {
            if (current is not null && ExpiresAt(current) is not null)
                Queue.Add(new ObjectKey(current.Metadata.Namespace!, current.Metadata.Name!));
        }),
    ];

    protected override async ValueTask ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (_jobs.Get(key.Namespace, key.Name) is not { } seen || IsDueIn(seen, key))
            return;

        // The Job as it is now: its time to live may just have been raised.
        if (await context.Client.FindAsync<Job>(key.Namespace, key.Name, cancellationToken).ConfigureAwait(false) is not { } job || job.Metadata.Uid != seen.Metadata.Uid || IsDueIn(job, key))
            return;
        var options = new DeleteOptions { PropagationPolicy = "Foreground", Preconditions = new Preconditions { Uid = job.Metadata.Uid, ResourceVersion = job.Metadata.ResourceVersion } };
        await context.Client.TryDeleteAsync(Job.Resource, key.Namespace, key.Name, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether there is nothing to do yet; what is due later comes back then.</summary>
    private bool IsDueIn(Job job, ObjectKey key)
    {
        if (job.Metadata.DeletionTimestamp is not null || ExpiresAt(job) is not { } at)
            return true;
        var left = at - context.Time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return false;
        Queue.AddAfter(key, left);
        return true;
    }

    private static DateTimeOffset? ExpiresAt(Job job)
    {
        if (job.Spec.TtlSecondsAfterFinished is not { } seconds)
            return null;
        var finished = job.Status.Conditions.FirstOrDefault(c => c is { Type: "Complete" or "Failed", Status: "True" });
        return finished?.LastTransitionTime is { } since ? since + TimeSpan.FromSeconds(seconds) : null;
    }
}
