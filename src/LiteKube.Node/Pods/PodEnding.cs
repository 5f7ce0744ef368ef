using LiteKube.Api.Core.V1;
using LiteKube.Node.Containers;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Pods;

/// <summary>
/// Ends a pod: its containers, sidecars after them in reverse order, all within the grace period; then sandbox, network and volumes. One step per turn
/// of the worker.
/// </summary>
internal sealed class PodEnding(PodServices services, PodState state, PodSandbox sandbox, ContainerStops stops, PodPaths paths)
{
    private DateTimeOffset? _begunAt;
    private bool _isTornDown;

    /// <summary>No container runs, and nothing of the pod is held but what its logs need.</summary>
    public bool IsOver => _isTornDown;

    /// <returns>True when all is stopped.</returns>
    public async ValueTask<bool> StepAsync(Pod pod, string probeAddress, CancellationToken cancellationToken)
    {
        _begunAt ??= services.Time.GetUtcNow();
        var deadline = _begunAt.Value + pod.GraceOf();
        var running = state.Engine.Containers.Where(c => c.State == EngineState.Running).ToList();
        foreach (var instance in Due(pod, running))
            stops.Begin(instance, pod.FindContainer(instance.Name), deadline, $"Stopping container {instance.Name}", probeAddress);
        state.Wake(stops.NextRetry);
        if (running.Count > 0)
            return false;
        if (!_isTornDown)
            await TearDownAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>What must stop now: all but sidecars; when those have ended, the last of the sidecars.</summary>
    private static IEnumerable<EngineContainer> Due(Pod pod, List<EngineContainer> running)
    {
        var others = running.Where(c => pod.KindOf(c.Name) != ContainerKind.Sidecar).ToList();
        if (others.Count > 0)
            return others;
        var order = pod.Spec.InitContainers.Select((c, i) => (c.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
        return running.OrderByDescending(c => order.GetValueOrDefault(c.Name)).Take(1);
    }

    private async ValueTask TearDownAsync(CancellationToken cancellationToken)
    {
        foreach (var held in state.Engine.Sandboxes)
            await sandbox.StopAsync(held, cancellationToken).ConfigureAwait(false);
        state.Engine = state.Engine with { Sandboxes = [.. state.Engine.Sandboxes.Select(s => s with { Ready = false, NetworkNamespace = null })] };
        services.Cleanup.RemoveVolumes(paths);
        _isTornDown = true;
    }
}
