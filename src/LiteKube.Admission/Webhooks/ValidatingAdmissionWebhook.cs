using System.Globalization;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;

namespace LiteKube.Admission.Webhooks;

/// <summary>The validating webhooks, all at once: the slowest sets the pace, and one refusal is enough.</summary>
internal sealed class ValidatingAdmissionWebhook(IObjectReader objects, WebhookCaller caller) : IAdmissionPlugin
{
    private readonly WebhookSource _webhooks = new(objects, ValidatingWebhookConfiguration.Resource, o => Webhook.Of(o.As<ValidatingWebhookConfiguration>()));

    public string Name => "ValidatingAdmissionWebhook";

    public bool Handles(AdmissionRequest request) => !WebhookCaller.IsExempt(request) && !_webhooks.IsEmpty;

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        List<(Webhook Webhook, ResourceMatch Match)>? wanted = null;
        foreach (var webhook in await _webhooks.AllAsync(cancellationToken))
        {
            if (await caller.MatchAsync(webhook, request, cancellationToken) is { } match)
                (wanted ??= []).Add((webhook, match));
        }

        if (wanted is null)
            return;
        // All are heard, so that warnings do not depend on who was first; of several refusals the first in order is told.
        var calls = wanted.Select((w, i) => RunAsync(w.Webhook, request, w.Match, i, cancellationToken)).ToArray();
        await Task.WhenAll(calls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var call in calls)
            await call;
    }

    private async Task RunAsync(Webhook webhook, AdmissionRequest request, ResourceMatch match, int index, CancellationToken cancellationToken)
    {
        var shown = request.Object is null ? null : await caller.Forms.ShowAsync(request, request.Object, match.Resource, cancellationToken);
        if (await caller.CallAsync(webhook, request, match, shown, mutating: false, cancellationToken) is null)
        {
            lock (request)
                request.AuditAnnotations[string.Create(CultureInfo.InvariantCulture, $"failed-open.validating.webhook.admission.k8s.io/round_0_index_{index}")] = webhook.Name;
        }
    }
}
