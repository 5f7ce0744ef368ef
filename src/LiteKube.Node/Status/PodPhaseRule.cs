using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.Status;

/// <summary>The phase that follows from the containers' statuses (kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase).</summary>
internal static class PodPhaseRule
{
    /// <param name="isTerminated">Nothing of the pod runs or will: an always restarting pod, too, has then ended well or badly.</param>
    public static string Of(Pod pod, IReadOnlyList<ApiContainerStatus> init, IReadOnlyList<ApiContainerStatus> app, bool isTerminated)
    {
        var policy = pod.RestartPolicyOf();
        var appStarted = app.Any(s => s.State?.Running is not null || s.State?.Terminated is not null || s.LastState?.Terminated is not null);
        var initPending = false;
        for (var i = 0; i < init.Count; i++)
        {
            if (pod.Spec.InitContainers[i].IsSidecar())
            {
                initPending |= init[i].Started != true;
                continue;
            }

            var end = init[i].State?.Terminated ?? init[i].LastState?.Terminated;
            if (end is { ExitCode: not 0 } && policy == RestartPolicy.Never)
                return PodPhase.Failed;
            initPending |= init[i].State?.Terminated is not { ExitCode: 0 };
        }

        var running = app.Count(s => s.State?.Running is not null);
        var ended = app.Select(s => s.State?.Terminated ?? (s.State?.Waiting is not null ? s.LastState?.Terminated : null)).Where(t => t is not null).ToList();
        var waiting = app.Count - running - ended.Count;
        if (isTerminated)
            return waiting == 0 && ended.Count > 0 && ended.TrueForAll(t => t!.ExitCode == 0) ? PodPhase.Succeeded : PodPhase.Failed;
        if ((initPending && !appStarted) || waiting > 0)
            return PodPhase.Pending;
        if (running > 0 || policy == RestartPolicy.Always)
            return PodPhase.Running;
        if (ended.TrueForAll(t => t!.ExitCode == 0))
            return PodPhase.Succeeded;
        return policy == RestartPolicy.Never ? PodPhase.Failed : PodPhase.Running;
    }
}
