using System.Globalization;
using LiteKube.Api.Core.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>A pod in one line, as kubectl get pods shows it.</summary>
internal static class PodTable
{
    public static Table<Pod> Table { get; } = new(
        new("Name", p => p.Metadata.Name, format: "name"),
        new("Ready", p => Ready(p)),
        new("Status", p => Status(p)),
        new("Restarts", (p, c) => Restarts(p, c)),
        new("Age", (p, c) => Ages.Of(p.Metadata.CreationTimestamp, c)),
        new("IP", p => p.Status.PodIPs.Count > 0 ? Shown.OrNone(p.Status.PodIPs[0].Ip) : Shown.OrNone(p.Status.PodIP), 1),
        new("Node", p => Shown.OrNone(p.Spec.NodeName), 1),
        new("Nominated Node", p => Shown.OrNone(p.Status.NominatedNodeName), 1),
        new("Readiness Gates", p => Gates(p), 1));

    /// <summary>Containers and sidecars; sidecars count once they have been started.</summary>
    private static string Ready(Pod pod)
    {
        var total = pod.Spec.Containers.Count;
        var ready = pod.Status.ContainerStatuses.Count(s => s is { Ready: true, State.Running: not null });
        foreach (var container in pod.Spec.InitContainers.Where(IsSidecar))
        {
            total++;
            if (pod.Status.InitContainerStatuses.FirstOrDefault(s => s.Name == container.Name) is { Started: true, Ready: true })
                ready++;
        }

        return Shown.Ratio(ready, total);
    }

    private static string Status(Pod pod)
    {
        var text = pod.Status.Reason is { Length: > 0 } given ? given : pod.Status.Phase ?? "";
        if (pod.Status.Conditions.Any(c => c is { Type: "PodScheduled", Reason: "SchedulingGated" }))
            text = "SchedulingGated";
        if (Initializing(pod) is { } initializing)
            text = initializing;
        else
            text = Running(pod, text);

        if (pod.Metadata.DeletionTimestamp is null)
            return text;
        if (pod.Status.Reason == "NodeLost")
            return "Unknown";
        return pod.Status.Phase is "Succeeded" or "Failed" ? text : "Terminating";
    }

    /// <summary>What the first init container that is not done is at; null where all are done.</summary>
    private static string? Initializing(Pod pod)
    {
        for (var i = 0; i < pod.Status.InitContainerStatuses.Count; i++)
        {
            var status = pod.Status.InitContainerStatuses[i];
            var sidecar = pod.Spec.InitContainers.FirstOrDefault(c => c.Name == status.Name) is { } container && IsSidecar(container);
            if (status.State?.Terminated is { ExitCode: 0 } || (sidecar && status.Started == true))
                continue;
            if (status.State?.Terminated is { } ended)
                return string.IsNullOrEmpty(ended.Reason) ? ended.Signal is > 0 and { } signal ? $"Init:Signal:{signal}" : $"Init:ExitCode:{ended.ExitCode}" : $"Init:{ended.Reason}";
            if (status.State?.Waiting?.Reason is { Length: > 0 } reason and not "PodInitializing")
                return $"Init:{reason}";
            return $"Init:{i}/{pod.Spec.InitContainers.Count}";
        }

        return null;
    }

    private static string Running(Pod pod, string text)
    {
        var hasRunning = false;
        for (var i = pod.Status.ContainerStatuses.Count - 1; i >= 0; i--)
        {
            var status = pod.Status.ContainerStatuses[i];
            if (status.State?.Waiting?.Reason is { Length: > 0 } waiting)
                text = waiting;
            else if (status.State?.Terminated is { } ended)
                text = !string.IsNullOrEmpty(ended.Reason) ? ended.Reason : ended.Signal is > 0 and { } signal ? $"Signal:{signal}" : $"ExitCode:{ended.ExitCode}";
            else if (status is { Ready: true, State.Running: not null })
                hasRunning = true;
        }

        if (text == "Completed" && hasRunning)
            text = pod.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) ? "Running" : "NotReady";
        return text;
    }

    private static string Restarts(Pod pod, TableContext context)
    {
        var sidecars = pod.Spec.InitContainers.Where(IsSidecar).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var initializing = Initializing(pod) is not null;
        var counted = initializing
            ? pod.Status.InitContainerStatuses
            : pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses.Where(s => sidecars.Contains(s.Name)));
        var restarts = 0;
        DateTimeOffset? last = null;
        foreach (var status in counted)
        {
            restarts += status.RestartCount;
            if (status.LastState?.Terminated?.FinishedAt is { } finished && (last is null || finished > last))
                last = finished;
        }

        var text = restarts.ToString(CultureInfo.InvariantCulture);
        return restarts > 0 && last is not null ? $"{text} ({Ages.Of(last, context)} ago)" : text;
    }

    private static string Gates(Pod pod)
    {
        if (pod.Spec.ReadinessGates.Count == 0)
            return Shown.None;
        var met = pod.Spec.ReadinessGates.Count(g => pod.Status.Conditions.Any(c => c.Type == g.ConditionType && c.Status == "True"));
        return Shown.Ratio(met, pod.Spec.ReadinessGates.Count);
    }

    private static bool IsSidecar(Container container) => container.RestartPolicy == "Always";
}
