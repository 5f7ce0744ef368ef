using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

/// <summary>The engine's view of a container as the node's.</summary>
internal static class DockerStatus
{
    /// <summary>What Kubernetes gives a container that could not be started, where the engine has no code of its own.</summary>
    private const int StartErrorExitCode = 128;

    public static SandboxStatus Sandbox(ContainerInspect inspect)
    {
        var labels = inspect.Config.Labels ?? [];
        var running = inspect.State.Running && inspect.State.Pid > 0;
        var path = running && !SharedSandbox.Of(inspect).HostNetwork ? $"/proc/{inspect.State.Pid}/ns/net" : null;
        return new SandboxStatus(inspect.Id, DockerLabels.PodOf(labels), DockerLabels.AttemptOf(labels), running, inspect.Created, path, running ? inspect.State.Pid : 0);
    }

    public static ContainerStatus Container(ContainerInspect inspect, string imageId)
    {
        var labels = inspect.Config.Labels ?? [];
        var state = StateOf(inspect.State);
        var neverStarted = state == ContainerState.Exited && inspect.State.StartedAt.Year <= 1;
        return new ContainerStatus(inspect.Id, DockerLabels.SandboxOf(labels), DockerLabels.PodOf(labels), DockerLabels.ContainerOf(labels), DockerLabels.AttemptOf(labels), state)
        {
            Image = DockerLabels.ImageOf(labels),
            ImageId = imageId,
            CreatedAt = inspect.Created,
            StartedAt = neverStarted ? inspect.Created : Time(inspect.State.StartedAt),
            FinishedAt = state != ContainerState.Exited ? null : neverStarted ? inspect.Created : Time(inspect.State.FinishedAt),
            ExitCode = state != ContainerState.Exited ? 0 : neverStarted && inspect.State.ExitCode is 0 or -1 ? StartErrorExitCode : inspect.State.ExitCode,
            OomKilled = inspect.State.OOMKilled,
            Error = inspect.State.Error is { Length: > 0 } error ? error : null,
            Pid = inspect.State.Pid,
            Annotations = DockerLabels.AnnotationsOf(labels),
        };
    }

    /// <summary>A container whose start failed stays "created" for the engine, with an error or code; for Kubernetes it has ended.</summary>
    private static ContainerState StateOf(ContainerStateInfo state) => state.Status switch
    {
        "created" => state.ExitCode != 0 || state.Error is { Length: > 0 } ? ContainerState.Exited : ContainerState.Created,
        "running" or "paused" or "restarting" => ContainerState.Running,
        "exited" or "dead" => ContainerState.Exited,
        _ => ContainerState.Unknown,
    };

    private static DateTimeOffset? Time(DateTimeOffset time) => time.Year <= 1 ? null : time;
}
