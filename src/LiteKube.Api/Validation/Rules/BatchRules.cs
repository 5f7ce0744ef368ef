using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

internal static class BatchRules
{
    public static void Job(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var pod = spec.Object("template").Object("spec");
        if (pod is not null && pod.String("restartPolicy") is not ("OnFailure" or "Never"))
            errors.Add(FieldError.NotSupported(path.Child("template", "spec").Child("restartPolicy"), pod.String("restartPolicy") ?? "", "OnFailure", "Never"));
        if (spec.String("completionMode") == "Indexed" && !spec.Has("completions"))
            errors.Add(FieldError.Required(path.Child("completions"), "when completion mode is Indexed"));
        if (spec.Has("podFailurePolicy") && pod.String("restartPolicy") != "Never")
            errors.Add(FieldError.Invalid(path.Child("template", "spec").Child("restartPolicy"), pod.String("restartPolicy") ?? "", "only \"Never\" is supported when podFailurePolicy is specified"));
        if (spec.Has("backoffLimitPerIndex") && spec.String("completionMode") != "Indexed")
            errors.Add(FieldError.Invalid(path.Child("backoffLimitPerIndex"), spec["backoffLimitPerIndex"], "requires indexed completion mode"));
    }

    /// <summary>A job in its own right, not the template of one: it has its selector.</summary>
    public static void CreateJob(FieldErrors errors, JsonObject job)
    {
        var path = FieldPath.Root.Child("spec");
        if (job.Object("spec") is not { } spec)
            return;
        if (spec.Object("selector") is not { } selector)
        {
            errors.Add(FieldError.Required(path.Child("selector")));
            return;
        }

        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (!SelectorRules.Matches(selector, labels))
            errors.Add(FieldError.Invalid(path.Child("template", "metadata").Child("labels"), labels, "`selector` does not match template `labels`"));
    }

    public static void UpdateJob(FieldErrors errors, JsonObject job, JsonObject old)
    {
        var path = FieldPath.Root.Child("spec");
        var spec = job.Object("spec");
        var before = old.Object("spec");
        foreach (var name in (ReadOnlySpan<string>)["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"])
            FieldRules.Unchanged(errors, spec, before, path, name);
        if (spec.String("completionMode") != "Indexed")
            FieldRules.Unchanged(errors, spec, before, path, "completions");
        if (before.Bool("suspend") != true)
            FieldRules.Unchanged(errors, spec, before, path, "template");
    }

    public static void CronJob(FieldErrors errors, JsonObject spec, FieldPath path)
    {
        var schedule = spec.String("schedule") ?? "";
        if (schedule.Length > 0 && CronRules.WhatIsWrong(schedule) is { } wrong)
            errors.Add(FieldError.Invalid(path.Child("schedule"), schedule, wrong));
        if (spec.String("timeZone") is not { } zone)
            return;
        if (schedule.StartsWith("TZ=", StringComparison.Ordinal) || schedule.StartsWith("CRON_TZ=", StringComparison.Ordinal))
            errors.Add(FieldError.Invalid(path.Child("schedule"), schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
        if (zone.Length == 0)
            errors.Add(FieldError.Invalid(path.Child("timeZone"), zone, "timeZone must be nil or non-empty string"));
        else if (zone == "Local" || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            errors.Add(FieldError.Invalid(path.Child("timeZone"), zone, "unknown time zone " + zone));
    }
}
