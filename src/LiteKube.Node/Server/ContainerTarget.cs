using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Server;

/// <summary>A pod's container as a request names it, or why there is none.</summary>
/// <param name="Id">The engine's id.</param>
internal sealed record ContainerTarget(Pod Pod, string Id, bool Tty)
{
    public static (Pod? Pod, Refusal? Refusal) FindPod(IPodDirectory directory, string ns, string name, string? uid)
    {
        var pod = directory.Find(ns, name);
        return pod is null || (uid is not null && pod.Metadata.Uid != uid) ? (null, Refusal.NotFound($"pod \"{name}\" does not exist on this node")) : (pod, null);
    }

    /// <summary>A container whose log can be read: running now or ended.</summary>
    public static (ContainerTarget? Target, Refusal? Refusal) ForLog(IPodDirectory directory, string ns, string podName, string container, bool previous)
    {
        var (pod, refusal) = FindPod(directory, ns, podName, null);
        if (pod is null)
            return (null, refusal);
        if (TtyOf(pod, container) is not { } tty)
            return (null, Refusal.NotFound($"container \"{container}\" not found in pod \"{podName}\""));
        if (directory.FindContainer(pod.Metadata.Uid ?? "", container, previous) is { } id)
            return (new ContainerTarget(pod, id, tty), null);
        return (null, Refusal.BadRequest(previous
            ? $"previous terminated container \"{container}\" in pod \"{podName}\" not found"
            : $"container \"{container}\" in pod \"{podName}\" is waiting to start: {WaitingReason(pod, container)}"));
    }

    public static (ContainerTarget? Target, Refusal? Refusal) ForCommand(IPodDirectory directory, string ns, string podName, string? uid, string container)
    {
        var (pod, refusal) = FindPod(directory, ns, podName, uid);
        if (pod is null)
            return (null, refusal);
        return TtyOf(pod, container) is { } tty && directory.FindContainer(pod.Metadata.Uid ?? "", container, previous: false) is { } id
            ? (new ContainerTarget(pod, id, tty), null)
            : (null, Refusal.NotFound($"container not found (\"{container}\")"));
    }

    private static bool? TtyOf(Pod pod, string container) =>
        pod.Spec.Containers.Concat(pod.Spec.InitContainers).Where(c => c.Name == container).Select(c => (bool?)(c.Tty ?? false)).FirstOrDefault()
        ?? pod.Spec.EphemeralContainers.Where(c => c.Name == container).Select(c => (bool?)(c.Tty ?? false)).FirstOrDefault();

    private static string WaitingReason(Pod pod, string container)
    {
        var status = pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses).FirstOrDefault(s => s.Name == container);
        return status?.State?.Waiting?.Reason switch
        {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            { Length: > 0 } reason => reason,
            _ => "ContainerCreating",
        };
    }
}
