using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>The workloads of the apps group, and replication controllers.</summary>
internal static class WorkloadRules
{
    public static void Deployment(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        FieldRules.WorkloadSelector(errors, spec, path, "deployment");
        AlwaysRestarted(errors, spec, path, "Deployment");
        var strategy = spec.Object("strategy");
        var at = path.Child("strategy", "rollingUpdate");
        if (strategy.String("type") == "Recreate" && strategy!.Has("rollingUpdate"))
            errors.Add(FieldError.Forbidden(at, "may not be specified when strategy `type` is 'Recreate'"));
        else
            Rolling(errors, strategy.Object("rollingUpdate"), at, surge: true);
        if (spec.Long("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Long("minReadySeconds") ?? 0))
            errors.Add(FieldError.Invalid(path.Child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds"));
    }

    public static void ReplicaSet(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        FieldRules.WorkloadSelector(errors, spec, path, "deployment");
        if (spec.Object("template") is null)
            errors.Add(FieldError.Required(path.Child("template")));
        AlwaysRestarted(errors, spec, path, "ReplicaSet");
    }

    public static void StatefulSet(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        FieldRules.WorkloadSelector(errors, spec, path, "statefulset");
        AlwaysRestarted(errors, spec, path, "StatefulSet");
        var strategy = spec.Object("updateStrategy");
        if (strategy.String("type") == "OnDelete" && strategy!.Has("rollingUpdate"))
            errors.Add(FieldError.Invalid(path.Child("updateStrategy", "rollingUpdate"), strategy!["rollingUpdate"], "only allowed for updateStrategy 'RollingUpdate'"));
        errors.NotNegative(path.Child("updateStrategy", "rollingUpdate").Child("partition"), strategy.Object("rollingUpdate").Long("partition"));
    }

    public static void DaemonSet(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        FieldRules.WorkloadSelector(errors, spec, path, "daemonset");
        AlwaysRestarted(errors, spec, path, "DaemonSet");
        if (spec.Object("updateStrategy") is { } strategy && strategy.String("type") == "RollingUpdate")
            Rolling(errors, strategy.Object("rollingUpdate"), path.Child("updateStrategy", "rollingUpdate"), surge: true);
    }

    public static void ReplicationController(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var selector = spec.Object("selector");
        if (selector is null or { Count: 0 })
            errors.Add(FieldError.Required(path.Child("selector")));
        if (spec.Object("template") is not { } template)
        {
            errors.Add(FieldError.Required(path.Child("template")));
            return;
        }

        var labels = template.Object("metadata").Object("labels");
        if (selector is { Count: > 0 } && !SelectorRules.Matches(new JsonObject { ["matchLabels"] = selector.DeepClone() }, labels))
            errors.Add(FieldError.Invalid(path.Child("template", "metadata").Child("labels"), labels, "`selector` does not match template `labels`"));
        AlwaysRestarted(errors, spec, path, "ReplicationController");
    }

    public static void SelectorUnchanged(FieldErrors errors, JsonObject workload, JsonObject old) =>
        FieldRules.Unchanged(errors, workload.Object("spec"), old.Object("spec"), FieldPath.Root.Child("spec"), "selector");

    public static void UpdateStatefulSet(FieldErrors errors, JsonObject set, JsonObject old)
    {
        if (set.Object("spec") is not { } spec || old.Object("spec") is not { } before)
            return;
        foreach (var name in (ReadOnlySpan<string>)["selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates"])
        {
            if (FieldRules.Same(spec, before, name))
                continue;
            errors.Add(FieldError.Forbidden(
                FieldPath.Root.Child("spec"),
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
            return;
        }
    }

    private static void AlwaysRestarted(FieldErrors errors, JsonObject spec, FieldPath path, string kind)
    {
        var pod = spec.Object("template").Object("spec");
        if (pod.String("restartPolicy") is { Length: > 0 } policy and not "Always")
            errors.Add(FieldError.NotSupported(path.Child("template", "spec").Child("restartPolicy"), policy, "Always"));
        if (pod.Long("activeDeadlineSeconds") is not null)
            errors.Add(FieldError.Forbidden(path.Child("template", "spec").Child("activeDeadlineSeconds"), $"activeDeadlineSeconds in {kind} is not Supported"));
    }

    private static void Rolling(FieldErrors errors, JsonObject? rolling, FieldPath path, bool surge)
    {
        if (rolling is null)
            return;
        FieldRules.CountOrPercent(errors, rolling["maxUnavailable"], path.Child("maxUnavailable"));
        if (surge)
            FieldRules.CountOrPercent(errors, rolling["maxSurge"], path.Child("maxSurge"));
        if (FieldRules.IsZeroCount(rolling["maxUnavailable"]) && FieldRules.IsZeroCount(rolling["maxSurge"]))
            errors.Add(FieldError.Invalid(path.Child("maxUnavailable"), rolling["maxUnavailable"], "may not be 0 when `maxSurge` is 0"));
        if (rolling["maxUnavailable"].AsString() is { } percent && FieldRules.IsPercent(percent) && (percent.Length > 5 || int.Parse(percent.AsSpan(0, percent.Length - 1)) > 100))
            errors.Add(FieldError.Invalid(path.Child("maxUnavailable"), percent, "must not be greater than 100%"));
    }
}
