using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;

namespace LiteKube.Node.Status;

/// <summary>The status of one container.</summary>
internal static class ContainerStatusBuilder
{
    private const int KilledBySignal = 137;

    public static ApiContainerStatus Build(PodSituation situation, Container container, ContainerKind kind, ApiContainerStatus? old)
    {
        var latest = situation.Engine.Latest(container.Name);
        var waiting = latest is { State: EngineState.Running } ? null : situation.Waiting.GetValueOrDefault(container.Name);
        var ended = latest is { State: EngineState.Exited } ? Terminated(situation, latest, old) : null;
        var running = latest is { State: EngineState.Running } && !situation.InHook.Contains(latest.Id);

        ApiContainerState state;
        if (waiting is not null)
            state = Waiting(waiting.Reason, waiting.Message);
        else if (running)
            state = new ApiContainerState { Running = new ContainerStateRunning { StartedAt = latest!.StartedAt } };
        else if (ended is not null)
            state = new ApiContainerState { Terminated = ended };
        else if (latest is null && old is { State: { Waiting: null } } && situation.IsTerminated)
            state = Lost(old);
        else
            state = Waiting(situation.Pod.Spec.InitContainers.Count > 0 && kind != ContainerKind.Ephemeral ? "PodInitializing" : "ContainerCreating", null);

        var isReady = kind == ContainerKind.Init ? latest is { State: EngineState.Exited, ExitCode: 0 } && waiting is null
            : kind != ContainerKind.Ephemeral && running && situation.Probes.IsReady(latest!.Id);
        return new ApiContainerStatus
        {
            Name = container.Name,
            State = state,
            LastState = LastState(situation, container, ended, waiting, old),
            Ready = isReady,
            Started = running && (kind is ContainerKind.Init or ContainerKind.Ephemeral || situation.Probes.IsStarted(latest!.Id)),
            RestartCount = latest?.Attempt ?? old?.RestartCount ?? 0,
            Image = latest is { Image.Length: > 0 } ? latest.Image : container.Image ?? "",
            ImageID = latest?.ImageId ?? old?.ImageID ?? "",
            ContainerID = latest is not null ? Id(situation, latest) : old?.ContainerID,
            AllocatedResources = running ? container.Resources?.Requests ?? NoAmounts : NoAmounts,
            Resources = running && container.Resources is { } resources ? new ResourceRequirements { Limits = resources.Limits, Requests = resources.Requests } : null,
        };
    }

    private static ApiContainerState? LastState(PodSituation situation, Container container, ContainerStateTerminated? ended, WaitingReason? waiting, ApiContainerStatus? old)
    {
        if (ended is not null && waiting is not null)
            return new ApiContainerState { Terminated = ended };
        if (situation.Engine.Previous(container.Name) is { State: EngineState.Exited } previous)
            return new ApiContainerState { Terminated = Terminated(situation, previous, old) };

        // The engine's memory is shorter than the API's.
        return old?.LastState is { Terminated: not null } ? old.LastState : new ApiContainerState();
    }

    private static ContainerStateTerminated Terminated(PodSituation situation, EngineContainer container, ApiContainerStatus? old)
    {
        var id = Id(situation, container);

        // What it left behind may have been cleaned away since it was told.
        var told = old?.State?.Terminated is { } current && current.ContainerID == id ? current : old?.LastState?.Terminated is { } last && last.ContainerID == id ? last : null;
        var message = situation.TerminationMessages.GetValueOrDefault(container.Id) ?? told?.Message;
        return new ContainerStateTerminated
        {
            ExitCode = container.ExitCode,
            Reason = container.Error is not null ? "StartError"
                : container.OomKilled ? "OOMKilled"
                : container.ExitCode == 0 ? "Completed"
                : "Error",
            Message = string.IsNullOrEmpty(message) ? container.Error : message,
            StartedAt = container.StartedAt,
            FinishedAt = container.FinishedAt,
            ContainerID = id,
        };
    }

    /// <summary>It ran, and the engine no longer knows it.</summary>
    private static ApiContainerState Lost(ApiContainerStatus old) => old.State?.Terminated is not null ? old.State : new ApiContainerState
    {
        Terminated = new ContainerStateTerminated
        {
            ExitCode = KilledBySignal,
            Reason = "ContainerStatusUnknown",
            Message = "The container could not be located when the pod was terminated",
        },
    };

    private static ApiContainerState Waiting(string reason, string? message) =>
        new() { Waiting = new ContainerStateWaiting { Reason = reason, Message = string.IsNullOrEmpty(message) ? null : message } };

    private static string Id(PodSituation situation, EngineContainer container) => $"{situation.RuntimeName}://{container.Id}";

    private static IReadOnlyDictionary<string, Api.Quantity> NoAmounts { get; } = new Dictionary<string, Api.Quantity>();
}
