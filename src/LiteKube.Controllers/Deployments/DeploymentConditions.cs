using LiteKube.Api.Apps.V1;

namespace LiteKube.Controllers.Deployments;

/// <summary>A Deployment's conditions and the reasons in them, which kubectl's <c>rollout status</c> goes by.</summary>
internal static class DeploymentConditions
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";

    public const string MinimumReplicasAvailable = "MinimumReplicasAvailable";
    public const string MinimumReplicasUnavailable = "MinimumReplicasUnavailable";
    public const string ReplicaSetCreateError = "ReplicaSetCreateError";
    public const string NewReplicaSetCreated = "NewReplicaSetCreated";
    public const string FoundNewReplicaSet = "FoundNewReplicaSet";
    public const string ReplicaSetUpdated = "ReplicaSetUpdated";
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";
    public const string DeploymentPaused = "DeploymentPaused";
    public const string DeploymentResumed = "DeploymentResumed";

    public static DeploymentCondition? Find(this DeploymentStatus status, string type) => status.Conditions.FirstOrDefault(c => c.Type == type);

    /// <summary>Sets a condition; one with the same status and reason stays as it is, and the transition time moves only with the status.</summary>
    public static DeploymentStatus With(this DeploymentStatus status, string type, string value, string reason, string message, DateTimeOffset now)
    {
        var present = status.Find(type);
        if (present is not null && present.Status == value && present.Reason == reason)
            return status;
        var since = present is not null && present.Status == value ? present.LastTransitionTime : now;
        return status.Replace(new DeploymentCondition { Type = type, Status = value, Reason = reason, Message = message, LastUpdateTime = now, LastTransitionTime = since });
    }

    public static DeploymentStatus Replace(this DeploymentStatus status, DeploymentCondition condition) =>
        status with { Conditions = [.. status.Conditions.Where(c => c.Type != condition.Type), condition] };

    public static DeploymentStatus Without(this DeploymentStatus status, string type) =>
        status.Find(type) is null ? status : status with { Conditions = [.. status.Conditions.Where(c => c.Type != type)] };
}
