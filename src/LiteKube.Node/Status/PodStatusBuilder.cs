using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;
using LiteKube.Node.Resources;

namespace LiteKube.Node.Status;

/// <summary>
/// A pod's status from its situation: pure. Fields and conditions that the node does not own stay as the API has them; a terminal phase is never left,
/// and not entered while a container still runs.
/// </summary>
internal static class PodStatusBuilder
{
    public static PodStatus Build(PodSituation situation)
    {
        var pod = situation.Pod;
        var old = situation.Previous ?? pod.Status;
        if (situation.Verdict is { IsRejection: true } rejection)
        {
            return pod.Status with
            {
                Phase = PodPhase.Failed,
                Reason = rejection.Reason,
                Message = rejection.Message,
                QosClass = QosClass.Of(pod),
                StartTime = old.StartTime ?? situation.StartTime,
                ObservedGeneration = pod.Metadata.Generation,
            };
        }

        var init = Statuses(situation, pod.Spec.InitContainers, c => c.IsSidecar() ? ContainerKind.Sidecar : ContainerKind.Init, old.InitContainerStatuses);
        var app = Statuses(situation, pod.Spec.Containers, _ => ContainerKind.App, old.ContainerStatuses);
        var ephemeral = Statuses(situation, [.. pod.Spec.EphemeralContainers.Select(e => e.AsContainer())], _ => ContainerKind.Ephemeral, old.EphemeralContainerStatuses);

        var phase = Phase(situation, init, app);
        var status = pod.Status with
        {
            Phase = phase,
            Reason = situation.Verdict?.Reason ?? (pod.IsTerminal() ? pod.Status.Reason : null),
            Message = situation.Verdict?.Message ?? (pod.IsTerminal() ? pod.Status.Message : null),
            QosClass = QosClass.Of(pod),
            StartTime = old.StartTime ?? situation.StartTime,
            ObservedGeneration = pod.Metadata.Generation ?? old.ObservedGeneration,
            HostIP = situation.Addresses.HostIP.Length > 0 ? situation.Addresses.HostIP : old.HostIP,
            HostIPs = situation.Addresses.HostIPs.Count > 0 ? [.. situation.Addresses.HostIPs.Select(ip => new HostIP { Ip = ip })] : old.HostIPs,
            InitContainerStatuses = init,
            ContainerStatuses = app,
            EphemeralContainerStatuses = ephemeral,
            Conditions = PodConditions.Build(situation, old, phase, init, app),
        };

        // A pod that has ended keeps the address it had: who reads its status later wants to know.
        if (situation.Addresses.PodIPs.Count > 0)
            status = status with { PodIP = situation.Addresses.PodIP, PodIPs = [.. situation.Addresses.PodIPs.Select(ip => new PodIP { Ip = ip })] };
        return status;
    }

    private static string Phase(PodSituation situation, IReadOnlyList<ApiContainerStatus> init, IReadOnlyList<ApiContainerStatus> app)
    {
        var pod = situation.Pod;
        if (pod.IsTerminal())
            return pod.Status.Phase!;
        var phase = situation.Verdict is not null ? PodPhase.Failed : PodPhaseRule.Of(pod, init, app, situation.IsTerminated);
        if (phase is PodPhase.Succeeded or PodPhase.Failed && (situation.Engine.AnyRunning || !situation.IsTerminated))
            return situation.Previous?.Phase ?? pod.Status.Phase ?? PodPhase.Pending;
        return phase;
    }

    private static ApiContainerStatus[] Statuses(PodSituation situation, IReadOnlyList<Container> containers, Func<Container, ContainerKind> kindOf, IReadOnlyList<ApiContainerStatus> old) =>
        [.. containers.Select(c => ContainerStatusBuilder.Build(situation, c, kindOf(c), old.FirstOrDefault(o => o.Name == c.Name)))];
}
