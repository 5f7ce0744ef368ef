using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Admission.Metrics;
using LiteKube.Api;
using LiteKube.Api.Meta.V1;
using Microsoft.Extensions.Logging;

namespace LiteKube.Admission.Webhooks;

/// <summary>Whether a webhook wants a request, and what it says to it.</summary>
internal sealed partial class WebhookCaller(WebhookClient client, ResourceMatcher matcher, IResourceForms forms, IExpressionAuthorizer authorizer, AdmissionMetrics metrics, ILogger<WebhookCaller> log)
{
    private static readonly HashSet<string> s_exempt = new(StringComparer.Ordinal)
    {
        "mutatingwebhookconfigurations", "validatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    };

    public IResourceForms Forms { get; } = forms;

    /// <summary>What governs admission is never governed by it: a webhook could else not be taken away.</summary>
    public static bool IsExempt(AdmissionRequest request) => request.Resource.Group == "admissionregistration.k8s.io" && s_exempt.Contains(request.Resource.Plural);

    /// <summary>Null where the webhook is not to be called.</summary>
    /// <exception cref="ApiException">Forbidden: a match condition failed, and the webhook must not be passed over.</exception>
    public async ValueTask<ResourceMatch?> MatchAsync(Webhook webhook, AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (await matcher.MatchAsync(request, webhook.Criteria, cancellationToken) is not { } match)
            return null;
        if (webhook.Conditions.IsEmpty)
            return match;
        var shown = request.Object is null ? null : await Forms.ShowAsync(request, request.Object, match.Resource, cancellationToken);
        var shownOld = request.OldObject is null ? null : await Forms.ShowAsync(request, request.OldObject, match.Resource, cancellationToken);
        var inputs = ExpressionInputs.Of(request, match, Forms, shown, shownOld, authorizer.For(request.User, cancellationToken));
        if (webhook.Conditions.Evaluate(inputs, out var error, cancellationToken) is { } matches)
            return matches ? match : null;
        return webhook.FailsOpen ? null : throw Denial.Of(request, error ?? "");
    }

    /// <summary>Calls the webhook. Its warnings and annotations are noted in the request. Null: it failed, and is to be passed over.</summary>
    /// <exception cref="ApiException">It refused, or failed and must not be passed over.</exception>
    public async ValueTask<AdmissionAnswer?> CallAsync(
        Webhook webhook, AdmissionRequest request, ResourceMatch match, JsonObject? shown, bool mutating, CancellationToken cancellationToken)
    {
        var type = mutating ? "admit" : "validating";
        var begun = metrics.Now();
        AdmissionAnswer answer;
        try
        {
            answer = await AskAsync(webhook, request, match, shown, mutating, cancellationToken);
        }
        catch (WebhookCallException e)
        {
            var failure = $"failed calling webhook \"{webhook.Name}\": {e.Message}";
            metrics.WebhookCalled(webhook.Name, type, request.Operation, !webhook.FailsOpen, 500, metrics.Since(begun));
            if (webhook.FailsOpen)
            {
                metrics.WebhookFailedOpen(webhook.Name, type);
                FailedOpen(log, failure);
                return null;
            }

            metrics.WebhookRejected(webhook.Name, type, request.Operation, "calling_webhook_error", 0);
            FailedClosed(log, failure);
            throw new ApiException(StatusReason.InternalError, $"Internal error occurred: {failure}", new StatusDetails { Causes = [new StatusCause { Message = failure }] });
        }

        lock (request)
        {
            foreach (var (key, value) in answer.AuditAnnotations)
                request.AuditAnnotations[$"{webhook.Name}/{key}"] = value;
            request.Warnings.AddRange(answer.Warnings);
        }

        if (answer.Allowed)
        {
            metrics.WebhookCalled(webhook.Name, type, request.Operation, rejected: false, 200, metrics.Since(begun));
            return answer;
        }

        var rejection = answer.Rejection(webhook.Name);
        var code = (int)(rejection.Status.Code ?? 0);
        metrics.WebhookCalled(webhook.Name, type, request.Operation, rejected: true, code, metrics.Since(begun));
        metrics.WebhookRejected(webhook.Name, type, request.Operation, "no_error", code);
        throw rejection;
    }

    private async ValueTask<AdmissionAnswer> AskAsync(
        Webhook webhook, AdmissionRequest request, ResourceMatch match, JsonObject? shown, bool mutating, CancellationToken cancellationToken)
    {
        if (request.DryRun && !webhook.HasNoSideEffects)
            throw new ApiException(StatusReason.BadRequest, $"admission webhook \"{webhook.Name}\" does not support dry run");
        if (webhook.Endpoint is not { } endpoint)
            throw new WebhookCallException($"could not get REST client: {webhook.Problem}");
        if (webhook.ReviewVersion is not { } version)
            throw new WebhookCallException("could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)");
        var uid = Guid.NewGuid().ToString();
        var shownOld = request.OldObject is null ? null : await Forms.ShowAsync(request, request.OldObject, match.Resource, cancellationToken);
        var body = AdmissionReview.Write(version, uid, request, match, Forms, shown, shownOld);
        byte[] answered;
        try
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"timeout={(long)webhook.Timeout.TotalSeconds}s");
            answered = await client.PostAsync(endpoint, body, query, webhook.Timeout, cancellationToken);
        }
        catch (WebhookCallException e)
        {
            throw new WebhookCallException($"failed to call webhook: {e.Message}", e);
        }

        return AdmissionAnswer.Read(answered, version, uid, mutating);
    }

    [LoggerMessage(LogLevel.Warning, "{Failure}; its failurePolicy lets the request pass")]
    private static partial void FailedOpen(ILogger log, string failure);

    [LoggerMessage(LogLevel.Warning, "{Failure}; the request is refused")]
    private static partial void FailedClosed(ILogger log, string failure);
}
