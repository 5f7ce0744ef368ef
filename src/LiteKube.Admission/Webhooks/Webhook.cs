using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;

namespace LiteKube.Admission.Webhooks;

/// <summary>One webhook of a configuration, made ready to match and to call.</summary>
internal sealed record Webhook
{
    private static readonly string[] s_spoken = ["v1", "v1beta1"];

    public required string Configuration { get; init; }

    public required string Name { get; init; }

    /// <summary>Unlike its name, of this webhook alone.</summary>
    public required string Id { get; init; }

    public required MatchCriteria Criteria { get; init; }

    public required MatchConditionPrograms Conditions { get; init; }

    /// <summary>Null where the configuration names none that can be called; calls then fail with <see cref="Problem"/>.</summary>
    public WebhookEndpoint? Endpoint { get; init; }

    public string? Problem { get; init; }

    public bool FailsOpen { get; init; }

    public TimeSpan Timeout { get; init; }

    /// <summary>May be called in a dry run.</summary>
    public bool HasNoSideEffects { get; init; }

    /// <summary>reinvocationPolicy IfNeeded.</summary>
    public bool IsReinvoked { get; init; }

    /// <summary>The first version of AdmissionReview on its list that is spoken here; null where none is.</summary>
    public string? ReviewVersion { get; init; }

    public static IEnumerable<Webhook> Of(MutatingWebhookConfiguration configuration) => configuration.Webhooks.Select((w, i) => Located(w.ClientConfig, new Webhook
    {
        Configuration = configuration.Metadata.Name ?? "",
        Name = w.Name,
        Id = $"{configuration.Metadata.Name}/{w.Name}/{i}",
        Criteria = MatchCriteria.Of(w),
        Conditions = MatchConditionPrograms.Of(w.MatchConditions, AdmissionEnvironment.Webhooks),
        FailsOpen = w.FailurePolicy == "Ignore",
        Timeout = TimeSpan.FromSeconds(w.TimeoutSeconds ?? 10),
        HasNoSideEffects = w.SideEffects is "None" or "NoneOnDryRun",
        IsReinvoked = w.ReinvocationPolicy == "IfNeeded",
        ReviewVersion = w.AdmissionReviewVersions.FirstOrDefault(s_spoken.Contains),
    }));

    public static IEnumerable<Webhook> Of(ValidatingWebhookConfiguration configuration) => configuration.Webhooks.Select((w, i) => Located(w.ClientConfig, new Webhook
    {
        Configuration = configuration.Metadata.Name ?? "",
        Name = w.Name,
        Id = $"{configuration.Metadata.Name}/{w.Name}/{i}",
        Criteria = MatchCriteria.Of(w),
        Conditions = MatchConditionPrograms.Of(w.MatchConditions, AdmissionEnvironment.Webhooks),
        FailsOpen = w.FailurePolicy == "Ignore",
        Timeout = TimeSpan.FromSeconds(w.TimeoutSeconds ?? 10),
        HasNoSideEffects = w.SideEffects is "None" or "NoneOnDryRun",
        ReviewVersion = w.AdmissionReviewVersions.FirstOrDefault(s_spoken.Contains),
    }));

    private static Webhook Located(WebhookClientConfig config, Webhook webhook)
    {
        if (config.Service is { } service)
            return webhook with { Endpoint = WebhookEndpoint.OfService(service.Namespace, service.Name, service.Port, service.Path, config.CaBundle) };
        return Uri.TryCreate(config.Url, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? webhook with { Endpoint = WebhookEndpoint.OfUrl(config.Url, config.CaBundle) }
            : webhook with { Problem = $"invalid url \"{config.Url}\"" };
    }
}
