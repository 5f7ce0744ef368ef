using LiteKube.Api.Core.V1;
using LiteKube.Node.Probes;

namespace LiteKube.Node.Pods;

/// <summary>
/// What has to be done now for a pod that shall run: a pure function of its spec, what the engine holds and what probes say. Worked out anew on each
/// turn of the worker, so a lost event costs time, never correctness.
/// </summary>
internal sealed class PodPlan
{
    private readonly List<Container> _toStart = [];
    private readonly List<ContainerKill> _toKill = [];

    private PodPlan()
    {
    }

    public bool NeedsSandbox { get; private set; }

    /// <summary>How many sandboxes the pod had before.</summary>
    public int SandboxAttempt { get; private set; }

    /// <summary>Nothing will run any more; sidecars may go.</summary>
    public bool IsDone { get; private set; }

    /// <summary>In the order in which they must be started.</summary>
    public IReadOnlyList<Container> ToStart => _toStart;

    public IReadOnlyList<ContainerKill> ToKill => _toKill;

    /// <param name="inHook">Ids of containers whose postStart hook still runs: not yet started in the eyes of those that wait.</param>
    /// <param name="restartAnyway">Names of containers that were ended because their definition changed.</param>
    public static PodPlan Of(Pod pod, PodEngineState engine, IProbeResults probes, IReadOnlySet<string> inHook, IReadOnlySet<string> restartAnyway)
    {
        var plan = new PodPlan();
        var sandbox = engine.Sandbox;
        if (sandbox is not { Ready: true })
        {
            plan.PlanSandbox(pod, engine, restartAnyway);
            return plan;
        }

        var isOver = false;
        foreach (var container in pod.Spec.EphemeralContainers)
            if (engine.Latest(container.Name) is null)
                plan._toStart.Add(container.AsContainer());
        if (plan.PlanInitContainers(pod, engine, sandbox.Id, probes, inHook, ref isOver))
            isOver = plan.PlanAppContainers(pod, engine, sandbox.Id, probes, restartAnyway);
        plan.IsDone = isOver;
        if (isOver)
            plan._toStart.Clear();
        return plan;
    }

    /// <summary>Whether a container that ended with this code runs again.</summary>
    public static bool Restarts(Pod pod, Container container, int exitCode) => (container.RestartPolicy ?? pod.RestartPolicyOf()) switch
    {
        RestartPolicy.Never => false,
        RestartPolicy.OnFailure => exitCode != 0,
        _ => true,
    };

    private void PlanSandbox(Pod pod, PodEngineState engine, IReadOnlySet<string> restartAnyway)
    {
        SandboxAttempt = engine.Sandbox is { } old ? old.Attempt + 1 : 0;
        foreach (var running in engine.Containers.Where(c => c.State == EngineState.Running))
            _toKill.Add(new ContainerKill(running, $"Stopping container {running.Name}"));

        // A pod whose sandbox is gone gets another one only if something is still to run in it.
        var ranBefore = engine.Containers.Length > 0;
        NeedsSandbox = !ranBefore || pod.Spec.Containers.Any(c => engine.Latest(c.Name) is not { } last
            ? pod.RestartPolicyOf() != RestartPolicy.Never || !pod.Spec.InitContainers.Any(i => engine.Latest(i.Name) is { State: EngineState.Exited, ExitCode: not 0 })
            : restartAnyway.Contains(c.Name) || Restarts(pod, c, last.State == EngineState.Exited ? last.ExitCode : 137));
        IsDone = !NeedsSandbox;
    }

    /// <returns>True when the app containers may start, or have started before.</returns>
    private bool PlanInitContainers(Pod pod, PodEngineState engine, string sandbox, IProbeResults probes, IReadOnlySet<string> inHook, ref bool isOver)
    {
        // Once an app container was made here, the ordinary init containers are history, though the engine may have forgotten them.
        var initialized = pod.Spec.Containers.Any(c => engine.LatestIn(sandbox, c.Name) is not null);
        foreach (var container in pod.Spec.InitContainers)
        {
            var instance = engine.LatestIn(sandbox, container.Name);
            var isSidecar = container.IsSidecar();
            if (initialized && !isSidecar)
                continue;
            switch (instance?.State)
            {
                case null or EngineState.Unknown or EngineState.Created:
                    _toStart.Add(container);
                    break;
                case EngineState.Running when isSidecar:
                    if (KillOf(container, instance, probes) is { } kill)
                        _toKill.Add(kill);
                    else if (probes.IsStarted(instance.Id) && !inHook.Contains(instance.Id))
                        continue;
                    break;
                case EngineState.Running:
                    break;
                case EngineState.Exited when isSidecar:
                    _toStart.Add(container);
                    break;
                case EngineState.Exited when instance.ExitCode == 0:
                    continue;
                case EngineState.Exited when pod.RestartPolicyOf() == RestartPolicy.Never:
                    isOver = true;
                    break;
                default:
                    _toStart.Add(container);
                    break;
            }

            if (!initialized)
                return false;
        }

        return true;
    }

    /// <returns>True when every app container has ended and none starts again.</returns>
    private bool PlanAppContainers(Pod pod, PodEngineState engine, string sandbox, IProbeResults probes, IReadOnlySet<string> restartAnyway)
    {
        var isOver = true;
        foreach (var container in pod.Spec.Containers)
        {
            var instance = engine.LatestIn(sandbox, container.Name);

            // What ended well before a change of sandbox need not run again, unless it always does.
            if (instance is null && engine.Latest(container.Name) is { State: EngineState.Exited } before && !Restarts(pod, container, before.ExitCode) && !restartAnyway.Contains(container.Name))
                continue;
            if (instance is { State: EngineState.Running })
            {
                isOver = false;
                if (KillOf(container, instance, probes) is { } kill)
                    _toKill.Add(kill);
                continue;
            }

            if (instance is { State: EngineState.Exited } && !Restarts(pod, container, instance.ExitCode) && !restartAnyway.Contains(container.Name))
                continue;
            isOver = false;
            _toStart.Add(container);
        }

        return isOver;
    }

    private static ContainerKill? KillOf(Container container, EngineContainer instance, IProbeResults probes)
    {
        if (ContainerHash.IsChanged(container, instance))
            return new ContainerKill(instance, $"Container {container.Name} definition changed, will be restarted", RestartAnyway: true);
        return probes.Failed(instance.Id) switch
        {
            { } probe => new ContainerKill(instance, $"Container {container.Name} failed {probe.ToString().ToLowerInvariant()} probe, will be restarted", probe),
            null => null,
        };
    }
}
