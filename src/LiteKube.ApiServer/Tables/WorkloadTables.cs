using LiteKube.Api.Apps.V1;
using LiteKube.Api.Batch.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Policy.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>What runs pods.</summary>
internal static class WorkloadTables
{
    public static Table<Deployment> Deployments { get; } = new(
        new("Name", d => d.Metadata.Name, format: "name"),
        new("Ready", d => Shown.Ratio(d.Status.ReadyReplicas, d.Spec.Replicas)),
        new("Up-to-date", d => (long)(d.Status.UpdatedReplicas ?? 0), type: "integer"),
        new("Available", d => (long)(d.Status.AvailableReplicas ?? 0), type: "integer"),
        new("Age", (d, c) => Ages.Of(d.Metadata.CreationTimestamp, c)),
        new("Containers", d => Shown.Containers(d.Spec.Template.Spec), 1),
        new("Images", d => Shown.Images(d.Spec.Template.Spec), 1),
        new("Selector", d => Shown.Selector(d.Spec.Selector), 1));

    public static Table<ReplicaSet> ReplicaSets { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Desired", r => (long)(r.Spec.Replicas ?? 0), type: "integer"),
        new("Current", r => (long)r.Status.Replicas, type: "integer"),
        new("Ready", r => (long)(r.Status.ReadyReplicas ?? 0), type: "integer"),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)),
        new("Containers", r => Shown.Containers(r.Spec.Template?.Spec), 1),
        new("Images", r => Shown.Images(r.Spec.Template?.Spec), 1),
        new("Selector", r => Shown.Selector(r.Spec.Selector), 1));

    public static Table<ReplicationController> ReplicationControllers { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Desired", r => (long)(r.Spec.Replicas ?? 0), type: "integer"),
        new("Current", r => (long)r.Status.Replicas, type: "integer"),
        new("Ready", r => (long)(r.Status.ReadyReplicas ?? 0), type: "integer"),
        new("Age", (r, c) => Ages.Of(r.Metadata.CreationTimestamp, c)),
        new("Containers", r => Shown.Containers(r.Spec.Template?.Spec), 1),
        new("Images", r => Shown.Images(r.Spec.Template?.Spec), 1),
        new("Selector", r => Shown.Labels(r.Spec.Selector), 1));

    public static Table<StatefulSet> StatefulSets { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("Ready", s => Shown.Ratio(s.Status.ReadyReplicas, s.Spec.Replicas)),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)),
        new("Containers", s => Shown.Containers(s.Spec.Template.Spec), 1),
        new("Images", s => Shown.Images(s.Spec.Template.Spec), 1));

    public static Table<DaemonSet> DaemonSets { get; } = new(
        new("Name", d => d.Metadata.Name, format: "name"),
        new("Desired", d => (long)d.Status.DesiredNumberScheduled, type: "integer"),
        new("Current", d => (long)d.Status.CurrentNumberScheduled, type: "integer"),
        new("Ready", d => (long)d.Status.NumberReady, type: "integer"),
        new("Up-to-date", d => (long)(d.Status.UpdatedNumberScheduled ?? 0), type: "integer"),
        new("Available", d => (long)(d.Status.NumberAvailable ?? 0), type: "integer"),
        new("Node Selector", d => Shown.Labels(d.Spec.Template.Spec?.NodeSelector ?? new Dictionary<string, string>())),
        new("Age", (d, c) => Ages.Of(d.Metadata.CreationTimestamp, c)),
        new("Containers", d => Shown.Containers(d.Spec.Template.Spec), 1),
        new("Images", d => Shown.Images(d.Spec.Template.Spec), 1),
        new("Selector", d => Shown.Selector(d.Spec.Selector), 1));

    public static Table<Job> Jobs { get; } = new(
        new("Name", j => j.Metadata.Name, format: "name"),
        new("Status", j => Status(j)),
        new("Completions", j => Completions(j)),
        new("Duration", (j, c) => j.Status.StartTime is { } start ? Ages.Of((j.Status.CompletionTime ?? c.Now) - start) : ""),
        new("Age", (j, c) => Ages.Of(j.Metadata.CreationTimestamp, c)),
        new("Containers", j => Shown.Containers(j.Spec.Template.Spec), 1),
        new("Images", j => Shown.Images(j.Spec.Template.Spec), 1),
        new("Selector", j => Shown.Selector(j.Spec.Selector), 1));

    public static Table<CronJob> CronJobs { get; } = new(
        new("Name", j => j.Metadata.Name, format: "name"),
        new("Schedule", j => j.Spec.Schedule),
        new("Timezone", j => Shown.OrNone(j.Spec.TimeZone)),
        new("Suspend", j => j.Spec.Suspend == true ? "True" : "False", type: "boolean"),
        new("Active", j => (long)j.Status.Active.Count, type: "integer"),
        new("Last Schedule", (j, c) => j.Status.LastScheduleTime is { } last ? Ages.Of(last, c) : Shown.None),
        new("Age", (j, c) => Ages.Of(j.Metadata.CreationTimestamp, c)),
        new("Containers", j => Shown.Containers(j.Spec.JobTemplate.Spec?.Template.Spec), 1),
        new("Images", j => Shown.Images(j.Spec.JobTemplate.Spec?.Template.Spec), 1),
        new("Selector", j => Shown.Selector(j.Spec.JobTemplate.Spec?.Selector), 1));

    public static Table<PodDisruptionBudget> DisruptionBudgets { get; } = new(
        new("Name", b => b.Metadata.Name, format: "name"),
        new("Min Available", b => b.Spec.MinAvailable?.ToString() ?? "N/A"),
        new("Max Unavailable", b => b.Spec.MaxUnavailable?.ToString() ?? "N/A"),
        new("Allowed Disruptions", b => (long)(b.Status.DisruptionsAllowed ?? 0), type: "integer"),
        new("Age", (b, c) => Ages.Of(b.Metadata.CreationTimestamp, c)));

    private static string Completions(Job job)
    {
        if (job.Spec.Completions is { } wanted)
            return Shown.Ratio(job.Status.Succeeded, wanted);
        return job.Spec.Parallelism is > 1 and { } parallel ? $"{job.Status.Succeeded ?? 0}/1 of {parallel}" : Shown.Ratio(job.Status.Succeeded, 1);
    }

    private static string Status(Job job)
    {
        bool Has(string type) => job.Status.Conditions.Any(c => c.Type == type && c.Status == "True");
        return Has("Complete") ? "Complete"
            : Has("Failed") ? "Failed"
            : job.Metadata.DeletionTimestamp is not null ? "Terminating"
            : Has("Suspended") ? "Suspended"
            : Has("FailureTarget") ? "FailureTarget"
            : Has("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }
}
