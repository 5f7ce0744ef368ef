using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Containers;

/// <summary>Makes and starts one container of a pod.</summary>
/// <param name="unsure">Told of a container that was made but of which the engine then did not say how it is: it must be looked at again.</param>
internal sealed class ContainerLauncher(PodServices services, PodEvents events, PodVolumes volumes, PodPaths paths, Action<string> unsure)
{
    private const int CannotStart = 128;

    /// <returns>The container as the engine now has it: running, or ended already because it could not be started.</returns>
    /// <exception cref="ContainerStartException">It could not even be made.</exception>
    public async ValueTask<EngineContainer> LaunchAsync(Pod pod, Container container, PodEngineState engine, int attempt, ImageStatus image, PodAddresses addresses, CancellationToken cancellationToken)
    {
        var id = await CreateAsync(pod, container, engine, attempt, image, addresses, cancellationToken).ConfigureAwait(false);
        events.Normal(container.Name, "Created", $"Created container: {container.Name}");
        try
        {
            return await StartAsync(container, id, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            unsure(id);
            throw;
        }
    }

    private async ValueTask<EngineContainer> StartAsync(Container container, string id, CancellationToken cancellationToken)
    {
        string? error = null;
        try
        {
            await services.Runtime.StartContainerAsync(id, cancellationToken).ConfigureAwait(false);
            events.Normal(container.Name, "Started", $"Started container {container.Name}");
        }
        catch (RuntimeException e) when (e.Error == RuntimeError.StartContainer)
        {
            events.Warning(container.Name, "Failed", $"Error: {e.Message}");
            error = e.Message;
        }

        var status = await services.Runtime.GetContainerAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new ContainerStartException("RunContainerError", $"container {container.Name} is gone after its start");

        // Engines differ in what they call a container whose process never began; here it has ended.
        return error is null || status.State == EngineState.Running ? status : status with
        {
            State = EngineState.Exited,
            ExitCode = status.ExitCode == 0 ? CannotStart : status.ExitCode,
            Error = error,
            FinishedAt = status.FinishedAt ?? services.Time.GetUtcNow(),
        };
    }

    private static string? TargetOf(Pod pod, Container container, PodEngineState engine)
    {
        if (pod.TargetOf(container.Name) is not { } target)
            return null;
        return engine.LatestIn(engine.Sandbox!.Id, target) is { State: EngineState.Running } found
            ? found.Id
            : throw new ContainerConfigException($"target container \"{target}\" is not running");
    }

    private async ValueTask<string> CreateAsync(Pod pod, Container container, PodEngineState engine, int attempt, ImageStatus image, PodAddresses addresses, CancellationToken cancellationToken)
    {
        try
        {
            var config = await services.Configs.BuildAsync(pod, container, attempt, image, addresses, volumes, paths, cancellationToken).ConfigureAwait(false);
            return await services.Runtime.CreateContainerAsync(engine.Sandbox!.Id, config with { ProcessesOf = TargetOf(pod, container, engine) }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ContainerConfigException or IOException or VolumeException)
        {
            events.Warning(container.Name, "Failed", $"Error: {e.Message}");
            throw new ContainerStartException("CreateContainerConfigError", e.Message, e);
        }
        catch (RuntimeException e) when (e.Error != RuntimeError.Unavailable)
        {
            events.Warning(container.Name, "Failed", $"Error: {e.Message}");
            throw new ContainerStartException("CreateContainerError", e.Message, e);
        }
    }
}
