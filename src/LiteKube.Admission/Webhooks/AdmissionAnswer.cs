using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Webhooks;

/// <summary>What a webhook answered, checked against what its version of AdmissionReview asks of answers.</summary>
internal sealed record AdmissionAnswer(bool Allowed, Status? Result, byte[] Patch, string PatchType, IReadOnlyList<string> Warnings, IReadOnlyDictionary<string, string> AuditAnnotations)
{
    private const string JsonPatch = "JSONPatch";

    /// <exception cref="WebhookCallException">The answer is none that this request can have.</exception>
    public static AdmissionAnswer Read(ReadOnlySpan<byte> json, string version, string uid, bool mutating)
    {
        JsonObject review;
        try
        {
            review = JsonTree.Parse(json);
        }
        catch (ApiException e)
        {
            throw new WebhookCallException($"failed to call webhook: {e.Message}", e);
        }

        if (version == "v1" && (review.Text("kind") != "AdmissionReview" || review.Text("apiVersion") != "admission.k8s.io/v1"))
            throw Bad($"expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got {review.Text("apiVersion")}, Kind={review.Text("kind")}");
        var response = review.Child("response") ?? throw Bad("webhook response was absent");
        if (version == "v1" && (response.Text("uid") ?? "") != uid)
            throw Bad($"expected response.uid=\"{uid}\", got \"{response.Text("uid")}\"");

        var patch = Bytes(response.Text("patch"));
        var type = response.Text("patchType") ?? "";
        if (version == "v1")
            CheckPatch(patch, type, mutating);
        else if (patch.Length > 0)
            type = JsonPatch;
        return new AdmissionAnswer(response.Flag("allowed") == true, ResultOf(response.Child("status")), patch, type, Texts(response.Items("warnings")), Pairs(response.Child("auditAnnotations")));
    }

    /// <summary>The Status that a refusal ends in: what the webhook says, but never a success. (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response)</summary>
    public ApiException Rejection(string webhook)
    {
        var said = Result ?? new Status();
        var denied = $"admission webhook \"{webhook}\" denied the request";
        return ApiException.Of(said with
        {
            StatusValue = said.StatusValue is null or "" or "Success" ? "Failure" : said.StatusValue,
            Code = said.Code is null or < 400 ? 400 : said.Code,
            Message = !string.IsNullOrEmpty(said.Message) ? $"{denied}: {said.Message}" : !string.IsNullOrEmpty(said.Reason) ? $"{denied}: {said.Reason}" : $"{denied} without explanation",
        });
    }

    private static void CheckPatch(byte[] patch, string type, bool mutating)
    {
        if (!mutating)
        {
            if (patch.Length > 0)
                throw Bad("validating webhook may not return response.patch");
            if (type.Length > 0)
                throw Bad("validating webhook may not return response.patchType");
            return;
        }

        if (patch.Length > 0 && type.Length == 0)
            throw Bad("webhook returned response.patch but not response.patchType");
        if (patch.Length == 0 && type.Length > 0)
            throw Bad("webhook returned response.patchType but not response.patch");
        if (type is not ("" or JsonPatch))
            throw Bad($"invalid response.patchType of \"{type}\"");
    }

    private static byte[] Bytes(string? base64)
    {
        if (base64 is null)
            return [];
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new WebhookCallException($"failed to call webhook: response.patch: {e.Message}", e);
        }
    }

    private static Status? ResultOf(JsonObject? status)
    {
        if (status is null)
            return null;
        try
        {
            return JsonText.Parse<Status>(JsonTree.Write(status));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or InvalidOperationException)
        {
            throw new WebhookCallException($"failed to call webhook: response.status: {e.Message}", e);
        }
    }

    private static string[] Texts(JsonArray? items) => [.. (items ?? []).Select(i => i.AsString()).OfType<string>()];

    private static Dictionary<string, string> Pairs(JsonObject? tree)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tree ?? [])
            pairs[key] = value.AsString() ?? "";
        return pairs;
    }

    private static WebhookCallException Bad(string why) => new($"received invalid webhook response: {why}");
}
