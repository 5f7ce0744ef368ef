using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.ApiServer.Streaming;

/// <summary>Which container of a pod a stream is for, where the request names none.</summary>
internal static class PodContainers
{
    private const string DefaultAnnotation = "kubectl.kubernetes.io/default-container";

    public static string Choose(Pod pod, string? asked)
    {
        var name = pod.Metadata.Name;
        if (!string.IsNullOrEmpty(asked))
            return All(pod).Contains(asked) ? asked : throw new ApiException(StatusReason.BadRequest, $"container {asked} is not valid for pod {name}");
        if (pod.Spec.Containers.Count == 1)
            return pod.Spec.Containers[0].Name;
        if (pod.Metadata.Annotations.TryGetValue(DefaultAnnotation, out var preferred) && All(pod).Contains(preferred))
            return preferred;
        var message = $"a container name must be specified for pod {name}, choose one of: {List(pod.Spec.Containers.Select(c => c.Name))}";
        if (pod.Spec.InitContainers.Count > 0)
            message += $" or one of the init containers: {List(pod.Spec.InitContainers.Select(c => c.Name))}";
        if (pod.Spec.EphemeralContainers.Count > 0)
            message += $" or one of the ephemeral containers: {List(pod.Spec.EphemeralContainers.Select(c => c.Name))}";
        throw new ApiException(StatusReason.BadRequest, message);
    }

    private static IEnumerable<string> All(Pod pod) =>
        pod.Spec.Containers.Select(c => c.Name).Concat(pod.Spec.InitContainers.Select(c => c.Name)).Concat(pod.Spec.EphemeralContainers.Select(c => c.Name));

    private static string List(IEnumerable<string> names) => $"[{string.Join(' ', names)}]";
}
