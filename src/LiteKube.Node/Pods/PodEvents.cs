using LiteKube.Api.Core.V1;
using LiteKube.Client;

namespace LiteKube.Node.Pods;

/// <summary>Events about one pod and its containers.</summary>
internal sealed class PodEvents(IEventRecorder recorder, Func<Pod> pod)
{
    public void Normal(string reason, string message) => recorder.Record(pod().ReferenceTo(), EventType.Normal, reason, message);

    public void Warning(string reason, string message) => recorder.Record(pod().ReferenceTo(), EventType.Warning, reason, message);

    public void Normal(string container, string reason, string message) => recorder.Record(Reference(container), EventType.Normal, reason, message);

    public void Warning(string container, string reason, string message) => recorder.Record(Reference(container), EventType.Warning, reason, message);

    private ObjectReference Reference(string container)
    {
        var field = pod().KindOf(container) switch
        {
            ContainerKind.Init or ContainerKind.Sidecar => "initContainers",
            ContainerKind.Ephemeral => "ephemeralContainers",
            _ => "containers",
        };
        return pod().ReferenceTo() with { FieldPath = $"spec.{field}{{{container}}}" };
    }
}
