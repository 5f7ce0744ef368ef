using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>Jobs themselves; the job template of a CronJob gets none of these.</summary>
internal static class BatchDefaults
{
    private const int BackoffLimit = 6;

    public static void Job(JsonObject job)
    {
        var spec = job.ObjectOrNew("spec");
        if (!spec.Has("completions") && !spec.Has("parallelism"))
            spec["completions"] = 1;
        if (!spec.Has("parallelism"))
            spec["parallelism"] = 1;
        if (!spec.Has("backoffLimit"))
            spec["backoffLimit"] = spec.Has("backoffLimitPerIndex") ? int.MaxValue : BackoffLimit;
        if (!spec.Has("completionMode"))
            spec["completionMode"] = "NonIndexed";
        if (!spec.Has("suspend"))
            spec["suspend"] = false;
        if (!spec.Has("manualSelector"))
            spec["manualSelector"] = false;
        if (!spec.Has("podReplacementPolicy"))
            spec["podReplacementPolicy"] = spec.Has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed";
        var metadata = job.ObjectOrNew("metadata");
        if (metadata.Object("labels") is null or { Count: 0 } && spec.Object("template").Object("metadata").Object("labels") is { Count: > 0 } labels)
            metadata["labels"] = labels.DeepClone();
    }
}
