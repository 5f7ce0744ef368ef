using System.Text.Json.Nodes;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Api.Codecs;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>
/// The strategy Webhook: a ConversionReview to the definition's webhook, all objects of one version at once. Of metadata only labels and annotations may come back
/// changed. (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion)
/// </summary>
internal sealed class WebhookConversion(WebhookClient client, WebhookEndpoint endpoint, string reviewVersion) : IVersionConversion
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    public bool IsLocal => false;

    public async ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken)
    {
        // A list may hold objects of several versions; those that are right already stay here.
        var sent = objects.Where(o => o.String("apiVersion") != apiVersion).ToArray();
        if (sent.Length == 0)
            return objects;
        var what = $"{sent[0].String("apiVersion")}, Kind={sent[0].String("kind")}";
        JsonArray converted;
        try
        {
            converted = await AskAsync(sent, apiVersion, cancellationToken);
        }
        catch (WebhookCallException e)
        {
            throw Failed($"conversion webhook for {what} failed: {e.Message}");
        }

        if (converted.Count != sent.Length)
            throw Failed($"conversion webhook for {what} returned {converted.Count} objects, expected {sent.Length}");
        var made = new Queue<JsonObject>(sent.Length);
        for (var i = 0; i < sent.Length; i++)
        {
            var one = converted[i]?.DeepClone() as JsonObject ?? throw Failed($"conversion webhook for {what} returned invalid converted object at index {i}: not an object");
            if (one.String("apiVersion") != apiVersion)
                throw Failed($"conversion webhook for {what} returned invalid converted object at index {i}: invalid groupVersion (expected: {apiVersion}, received: {one.String("apiVersion")})");
            if (Difference(sent[i], one) is { } wrong)
                throw Failed($"conversion webhook for {what} returned invalid converted object at index {i}: {wrong}");
            Restore(sent[i], one);
            made.Enqueue(one);
        }

        return [.. objects.Select(o => o.String("apiVersion") == apiVersion ? o : made.Dequeue())];
    }

    private async ValueTask<JsonArray> AskAsync(JsonObject[] objects, string apiVersion, CancellationToken cancellationToken)
    {
        var uid = Guid.NewGuid().ToString();
        var review = new JsonObject
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = $"apiextensions.k8s.io/{reviewVersion}",
            ["request"] = new JsonObject { ["uid"] = uid, ["desiredAPIVersion"] = apiVersion, ["objects"] = new JsonArray([.. objects.Select(o => o.DeepClone())]) },
        };
        var answer = await client.PostAsync(endpoint, JsonTree.Write(review), "timeout=30s", s_timeout, cancellationToken);
        JsonObject body;
        try
        {
            body = JsonTree.Parse(answer);
        }
        catch (ApiException e)
        {
            throw new WebhookCallException(e.Message, e);
        }

        var expected = review.String("apiVersion");
        if (body.String("kind") != "ConversionReview" || body.String("apiVersion") != expected)
            throw new WebhookCallException($"expected webhook response of {expected}, Kind=ConversionReview, got {body.String("apiVersion")}, Kind={body.String("kind")}");
        var response = body.Object("response") ?? throw new WebhookCallException("no response provided");
        if (response.String("uid") != uid)
            throw new WebhookCallException($"expected response.uid=\"{uid}\", got \"{response.String("uid")}\"");
        var result = response.Object("result");
        if (result.String("status") != "Success")
            throw new WebhookCallException(result.String("message") is { Length: > 0 } message ? message : $"response.result.status was '{result.String("status")}', not 'Success'");
        return response.Array("convertedObjects") ?? [];
    }

    private static string? Difference(JsonObject sent, JsonObject made)
    {
        if (sent.String("kind") != made.String("kind"))
            return $"must have the same kind: {made.String("kind")} != {sent.String("kind")}";
        foreach (var name in (ReadOnlySpan<string>)["name", "namespace", "uid"])
            if ((sent.Object("metadata").String(name) ?? "") != (made.Object("metadata").String(name) ?? ""))
                return $"must have the same {(name == "uid" ? "UID" : name)}: {made.Object("metadata").String(name)} != {sent.Object("metadata").String(name)}";
        return null;
    }

    private static void Restore(JsonObject sent, JsonObject made)
    {
        var metadata = (JsonObject)(sent.Object("metadata")?.DeepClone() ?? new JsonObject());
        foreach (var name in (ReadOnlySpan<string>)["labels", "annotations"])
            Kinds.TreeParts.Copy(made.Object("metadata") ?? [], metadata, name);
        made["metadata"] = metadata;
    }

    private static ApiException Failed(string message) => new(StatusReason.Unknown, message);
}
