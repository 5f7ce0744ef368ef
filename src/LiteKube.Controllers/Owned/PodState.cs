using LiteKube.Api.Core.V1;

namespace LiteKube.Controllers.Owned;

/// <summary>What controllers ask of a pod.</summary>
internal static class PodState
{
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>Neither finished nor on its way out: it counts as a replica.</summary>
    public static bool IsActive(this Pod pod) => !pod.IsFinished() && pod.Metadata.DeletionTimestamp is null;

    public static PodCondition? Condition(this Pod pod, string type)
    {
        foreach (var condition in pod.Status.Conditions)
            if (condition.Type == type)
                return condition;
        return null;
    }

    public static bool IsReady(this Pod pod) => pod.Condition("Ready")?.Status == "True";

    /// <summary>When the pod will have been ready for so long; null while it is not ready.</summary>
    public static DateTimeOffset? AvailableFrom(this Pod pod, int minReadySeconds)
    {
        if (!pod.IsReady())
            return null;
        return minReadySeconds == 0 ? DateTimeOffset.MinValue : (pod.Condition("Ready")!.LastTransitionTime ?? DateTimeOffset.MinValue).AddSeconds(minReadySeconds);
    }

    /// <summary>The conditions with one set; its transition time moves only when its status does. The same list when nothing changes.</summary>
    public static IReadOnlyList<PodCondition> With(this IReadOnlyList<PodCondition> conditions, PodCondition wanted, DateTimeOffset now)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            var present = conditions[i];
            if (present.Type != wanted.Type)
                continue;
            if (present.Status == wanted.Status && present.Reason == wanted.Reason && present.Message == wanted.Message)
                return conditions;
            var changed = conditions.ToArray();
            changed[i] = wanted with { LastTransitionTime = present.Status == wanted.Status ? present.LastTransitionTime : now };
            return changed;
        }

        return [.. conditions, wanted with { LastTransitionTime = now }];
    }
}
