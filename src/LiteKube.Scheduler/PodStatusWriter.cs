using System.Buffers;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Scheduler;

/// <summary>What the scheduler writes into a pod's status, as patches that touch nothing else.</summary>
internal sealed class PodStatusWriter(KubeClient client, TimeProvider time)
{
    /// <summary>Says why the pod has no node, and which it is to get once others have left it. Writes only what is new.</summary>
    public async ValueTask WriteUnschedulableAsync(Pod pod, string reason, string message, string? nominatedNode, CancellationToken cancellationToken)
    {
        var present = pod.Status.Conditions.FirstOrDefault(c => c.Type == "PodScheduled");
        if (present is not null && present.Status == "False" && present.Reason == reason && present.Message == message && (nominatedNode is null || pod.Status.NominatedNodeName == nominatedNode))
            return;
        var since = present?.Status == "False" ? present.LastTransitionTime ?? time.GetUtcNow() : time.GetUtcNow();
        await PatchAsync(pod, Condition("PodScheduled", "False", reason, message, since) with { ObservedGeneration = pod.Metadata.Generation }, nominatedNode, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask WriteDisruptionAsync(Pod victim, string message, CancellationToken cancellationToken) =>
        PatchAsync(victim, Condition("DisruptionTarget", "True", "PreemptionByScheduler", message, time.GetUtcNow()), null, cancellationToken);

    private static PodCondition Condition(string type, string status, string reason, string message, DateTimeOffset since) =>
        new() { Type = type, Status = status, Reason = reason, Message = message, LastTransitionTime = since };

    private async ValueTask PatchAsync(Pod pod, PodCondition condition, string? nominatedNode, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            writer.WriteString("uid", pod.Metadata.Uid);
            writer.WriteEndObject();
            writer.WriteStartObject("status");
            writer.WriteStartArray("conditions");
            condition.Write(writer);
            writer.WriteEndArray();
            if (nominatedNode is not null)
                writer.WriteString("nominatedNodeName", nominatedNode);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        try
        {
            await client.PatchAsync<Pod>(pod.Metadata.Namespace, pod.Metadata.Name!, PatchKind.StrategicMerge, buffer.WrittenMemory, "status", cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.Conflict or StatusReason.Invalid)
        {
            // The pod is gone, or another of its name is there.
        }
    }
}
