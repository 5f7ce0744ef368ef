using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>How to delete, from the body or, where there is none, from the query.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }
    public string? PropagationPolicy { get; init; }
    public bool? OrphanDependents { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public bool DryRun { get; init; }

    /// <summary>As sent in the body; null where there was none.</summary>
    public JsonObject? Sent { get; init; }

    public static GroupVersionKind Kind { get; } = new("", "v1", "DeleteOptions");

    public static DeleteOptions Of(ApiRequest request, JsonObject? body)
    {
        var preconditions = body.Object("preconditions");
        var options = new DeleteOptions
        {
            GracePeriodSeconds = body.Long("gracePeriodSeconds") ?? request.Options.GracePeriodSeconds,
            PropagationPolicy = body.String("propagationPolicy") ?? request.Options.PropagationPolicy,
            OrphanDependents = body.Bool("orphanDependents") ?? request.Options.OrphanDependents,
            Uid = preconditions.String("uid"),
            ResourceVersion = preconditions.String("resourceVersion"),
            Sent = body,
            DryRun = request.Options.DryRun || body.Array("dryRun") is { Count: > 0 },
        };
        if (options.PropagationPolicy is not (null or "" or "Orphan" or "Background" or "Foreground"))
            throw Invalid($"propagationPolicy: Unsupported value: \"{options.PropagationPolicy}\": supported values: \"Background\", \"Foreground\", \"Orphan\"");
        if (options.PropagationPolicy is { Length: > 0 } && options.OrphanDependents is not null)
            throw Invalid("propagationPolicy: Invalid value: orphanDependents and deletionPropagation cannot be both set");
        return options;
    }

    private static ApiException Invalid(string why) => new(StatusReason.Invalid, $"DeleteOptions.meta.k8s.io \"\" is invalid: {why}");
}
