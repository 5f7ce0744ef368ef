using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Patch;

namespace LiteKube.Admission.Webhooks;

/// <summary>The mutating webhooks, one after the other, each shown what the ones before it made of the object.</summary>
internal sealed class MutatingAdmissionWebhook(IObjectReader objects, WebhookCaller caller) : IAdmissionPlugin
{
    private readonly WebhookSource _webhooks = new(objects, MutatingWebhookConfiguration.Resource, o => Webhook.Of(o.As<MutatingWebhookConfiguration>()));

    public string Name => "MutatingAdmissionWebhook";

    public bool Handles(AdmissionRequest request) => !WebhookCaller.IsExempt(request) && !_webhooks.IsEmpty;

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var webhooks = await _webhooks.AllAsync(cancellationToken);
        if (webhooks.Count == 0)
            return;
        var memory = request.Reinvocation.Of(Name);
        var second = request.Reinvocation.IsSecondRun;
        if (second && memory.IsChanged(request.Object))
            memory.Changed();
        var index = 0;
        foreach (var webhook in webhooks)
        {
            if (await caller.MatchAsync(webhook, request, cancellationToken) is not { } match || (second && !memory.RunsAgain(webhook.Id)))
                continue;
            var changed = await RunAsync(webhook, request, match, index++, cancellationToken);
            if (changed)
            {
                memory.Changed();
                request.Reinvocation.Want();
            }

            if (webhook.IsReinvoked)
                memory.Ran(webhook.Id);
        }

        memory.Leave(request.Object);
    }

    private async ValueTask<bool> RunAsync(Webhook webhook, AdmissionRequest request, ResourceMatch match, int index, CancellationToken cancellationToken)
    {
        var round = string.Create(CultureInfo.InvariantCulture, $"mutation.webhook.admission.k8s.io/round_{(request.Reinvocation.IsSecondRun ? 1 : 0)}_index_{index}");
        var shown = request.Object is null ? null : await caller.Forms.ShowAsync(request, request.Object, match.Resource, cancellationToken);
        if (await caller.CallAsync(webhook, request, match, shown, mutating: true, cancellationToken) is not { } answer)
        {
            request.AuditAnnotations[$"failed-open.{round}"] = webhook.Name;
            return false;
        }

        var changed = answer.Patch.Length > 0 && await ApplyAsync(webhook, request, match, answer.Patch, shown, cancellationToken);
        request.AuditAnnotations[round] =
            new JsonObject { ["configuration"] = webhook.Configuration, ["webhook"] = webhook.Name, ["mutated"] = changed }.ToJsonString();
        return changed;
    }

    private async ValueTask<bool> ApplyAsync(Webhook webhook, AdmissionRequest request, ResourceMatch match, byte[] patch, JsonObject? shown, CancellationToken cancellationToken)
    {
        JsonObject patched;
        try
        {
            if (JsonTree.ParseAny(patch, out _) is JsonArray { Count: 0 })
                return false;
            if (shown is null)
                throw Failed($"admission webhook \"{webhook.Name}\" attempted to modify the object, which is not supported for this operation");
            patched = JsonPatch.Parse(patch).Apply((JsonObject)shown.DeepClone());
        }
        catch (ApiException e) when (e.Reason != StatusReason.InternalError)
        {
            // The client's own patch may be in order; what the webhook made of it is not.
            throw Failed(e.Message);
        }

        KeepIdentity(request, patched, shown);
        if (JsonNode.DeepEquals(patched, shown))
            return false;
        request.Object = await caller.Forms.StoreAsync(request, patched, match.Resource, cancellationToken);
        return true;
    }

    /// <summary>A webhook changes what the object is like, not which one it is.</summary>
    private static void KeepIdentity(AdmissionRequest request, JsonObject patched, JsonObject shown)
    {
        if (request.Operation == AdmissionOperation.Connect)
            return;
        if (patched.Text("kind") != shown.Text("kind") || patched.Text("apiVersion") != shown.Text("apiVersion"))
            throw Failed($"the webhook turned a {shown.Text("kind")} of {shown.Text("apiVersion")} into a {patched.Text("kind")} of {patched.Text("apiVersion")}");
        var before = shown.Child("metadata");
        var metadata = patched.Grow("metadata");
        if (metadata.Text("namespace") != before.Text("namespace"))
            throw new ApiException(StatusReason.BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
        if (request.Operation == AdmissionOperation.Update && metadata.Text("name") != before.Text("name"))
            throw new ApiException(StatusReason.BadRequest, $"the name of the object ({metadata.Text("name")}) does not match the name on the URL ({before.Text("name")})");
        foreach (var field in (ReadOnlySpan<string>)["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"])
        {
            if (before?[field] is { } value)
                metadata[field] = value.DeepClone();
            else
                metadata.Remove(field);
        }
    }

    private static ApiException Failed(string why) => new(StatusReason.InternalError, $"Internal error occurred: {why}");
}
