using System.Collections.Immutable;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Containers;
using LiteKube.Node.Images;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Probes;
using LiteKube.Node.Resources;
using LiteKube.Node.Runtime;
using LiteKube.Node.Status;
using LiteKube.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Pods;

/// <summary>
/// Brings a pod that shall run to where its spec wants it, one step per turn of the worker: ends what must end, makes sandbox and volumes side by side,
/// starts what may start. Whatever takes long (pulls, hooks, stops) runs beside and wakes the worker.
/// </summary>
internal sealed partial class PodRunner(PodServices services, PodState state, PodEvents events, PodSandbox sandbox, PodVolumes volumes, PodImages images, ContainerStops stops, PodProbes probes, PodPaths paths, Action wake, Action<string> lookAt, CancellationToken stopping)
{
    private const int KeptInstances = 2;
    private static readonly TimeSpan s_minCrashBackoff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxCrashBackoff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_configRetry = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = services.Logger;
    private readonly ContainerLauncher _launcher = new(services, events, volumes, paths, lookAt);
    private readonly PodNetworkFiles _networkFiles = new(services.HostFiles, services.Options);
    private readonly Backoff _crashes = new(services.Time, s_minCrashBackoff, s_maxCrashBackoff);
    private readonly Backoff _sandboxFailures = new(services.Time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
    private readonly Backoff _volumeFailures = new(services.Time, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
    private readonly Dictionary<string, ContainerResources> _applied = new(StringComparer.Ordinal);
    private DateTimeOffset? _sandboxFailedAt;
    private DateTimeOffset? _volumesFailedAt;
    private ImmutableArray<VolumeFailure> _volumeFailuresTold = [];

    /// <summary>Another set-up of the volumes is due: their sources or the pod changed.</summary>
    public bool VolumesStale { get; set; } = true;

    private DateTimeOffset Now => services.Time.GetUtcNow();

    /// <returns>False when nothing of the pod will run any more.</returns>
    public async ValueTask<bool> StepAsync(Pod pod, CancellationToken cancellationToken)
    {
        var plan = Plan(pod);
        if (plan.IsDone)
            return false;
        foreach (var kill in plan.ToKill)
            Kill(pod, kill);
        if (plan.NeedsSandbox && plan.ToKill.Count > 0)
            return true;

        // Asked for early: inspection runs while the sandbox is made.
        foreach (var container in plan.NeedsSandbox ? FirstToStart(pod) : plan.ToStart)
            if (!IsBackingOff(container, out _))
                images.Request(pod, container);
        var volumesReady = SetUpVolumesAsync(pod, cancellationToken);
        var sandboxReady = await EnsureSandboxAsync(pod, plan, cancellationToken).ConfigureAwait(false);
        if (!await volumesReady.ConfigureAwait(false) || !sandboxReady)
            return true;
        if (plan.NeedsSandbox)
            plan = Plan(pod);
        _networkFiles.Write(pod, sandbox.Addresses(pod), paths);
        await ResizeAsync(pod, cancellationToken).ConfigureAwait(false);
        await StartAsync(pod, plan.ToStart, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private PodPlan Plan(Pod pod) => PodPlan.Of(pod, state.Engine, probes, state.InHook, state.RestartAnyway);

    private static IEnumerable<Container> FirstToStart(Pod pod) => pod.Spec.InitContainers.Count > 0 ? pod.Spec.InitContainers.Take(1) : pod.Spec.Containers;

    private void Kill(Pod pod, ContainerKill kill)
    {
        if (kill.RestartAnyway)
            state.RestartAnyway.Add(kill.Container.Name);
        if (stops.IsStopping(kill.Container.Id))
            return;
        var container = pod.FindContainer(kill.Container.Name);
        var probe = kill.Probe switch
        {
            ProbeKind.Liveness => container?.LivenessProbe,
            ProbeKind.Startup => container?.StartupProbe,
            _ => null,
        };
        var grace = probe?.TerminationGracePeriodSeconds is { } own ? TimeSpan.FromSeconds(Math.Max(1, own)) : pod.GraceOf();
        stops.Begin(kill.Container, container, Now + grace, kill.Message, ProbeAddress(pod));
        state.Wake(stops.NextRetry);
    }

    private async Task<bool> SetUpVolumesAsync(Pod pod, CancellationToken cancellationToken)
    {
        if (!VolumesStale && volumes.NextRenewal is { } renewal && Now >= renewal)
            VolumesStale = true;
        if (VolumesStale)
        {
            VolumesStale = false;
            var failures = await volumes.SetUpAsync(pod, cancellationToken).ConfigureAwait(false);
            Tell(failures);
            if (failures.Count > 0)
            {
                _volumeFailures.Next("", _volumesFailedAt ?? Now);
                _volumesFailedAt = Now;
            }
            else
            {
                _volumeFailures.Forget("");
                _volumesFailedAt = null;
            }
        }

        if (_volumesFailedAt is not { } failedAt)
        {
            state.Wake(volumes.NextRenewal);
            return true;
        }

        // Watched sources wake the worker when they appear; this is for the rest.
        var rest = _volumeFailures.Remaining("", failedAt);
        if (rest <= TimeSpan.Zero)
        {
            VolumesStale = true;
            return await SetUpVolumesAsync(pod, cancellationToken).ConfigureAwait(false);
        }

        state.Wake(Now + rest);

        // What runs already goes on with what it has.
        return state.Engine.AnyRunning && pod.Spec.Volumes.All(v => volumes.Find(v.Name) is not null);
    }

    private void Tell(IReadOnlyList<VolumeFailure> failures)
    {
        foreach (var failure in failures)
            events.Warning("FailedMount", $"MountVolume.SetUp failed for volume \"{failure.Volume}\" : {failure.Message}");
        if (!failures.SequenceEqual(_volumeFailuresTold))
        {
            foreach (var failure in failures)
                LogVolume(failure.Volume, failure.Message);
        }

        _volumeFailuresTold = [.. failures];
    }

    private async ValueTask<bool> EnsureSandboxAsync(Pod pod, PodPlan plan, CancellationToken cancellationToken)
    {
        var rest = _sandboxFailedAt is { } at ? _sandboxFailures.Remaining("", at) : TimeSpan.Zero;
        if (rest > TimeSpan.Zero)
        {
            state.Wake(Now + rest);
            return false;
        }

        try
        {
            if (plan.NeedsSandbox)
            {
                await StopOldSandboxAsync(cancellationToken).ConfigureAwait(false);
                var made = await sandbox.CreateAsync(pod, plan.SandboxAttempt, null, lookAt, cancellationToken).ConfigureAwait(false);
                state.Engine = state.Engine.With(made);
            }

            await sandbox.AttachAsync(pod, state.Engine.Sandbox!, cancellationToken).ConfigureAwait(false);
            if (state.Engine.Sandboxes.Length > 1)
                state.Engine = await sandbox.KeepNewestAsync(state.Engine, cancellationToken).ConfigureAwait(false);
            _sandboxFailedAt = null;
            _sandboxFailures.Forget("");
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The network is a plugin: whatever it throws means that this pod has no network now.
            events.Warning("FailedCreatePodSandBox", $"Failed to create pod sandbox: {e.Message}");
            LogSandbox(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
            _sandboxFailures.Next("", _sandboxFailedAt ?? Now);
            _sandboxFailedAt = Now;
            state.Wake(Now + _sandboxFailures.DelayOf(""));
            return false;
        }
    }

    private async ValueTask StopOldSandboxAsync(CancellationToken cancellationToken)
    {
        var old = state.Engine.Sandboxes;
        if (old.Length > 0 && state.Engine.Containers.Length > 0)
            events.Normal("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        foreach (var dead in old)
            await sandbox.StopAsync(dead, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts what may start, in order: what has never run waits for what stands before it in the spec.</summary>
    private async ValueTask StartAsync(Pod pod, IReadOnlyList<Container> containers, CancellationToken cancellationToken)
    {
        var isHeldBack = false;
        foreach (var container in containers)
        {
            var latest = state.Engine.Latest(container.Name);
            if (latest is null && isHeldBack && pod.KindOf(container.Name) != ContainerKind.Ephemeral)
                continue;
            var isUnderWay = await StartAsync(pod, container, latest, cancellationToken).ConfigureAwait(false);
            isHeldBack |= isUnderWay && latest is null && pod.KindOf(container.Name) == ContainerKind.App;
        }
    }

    /// <returns>True while the container is on its way but not there: its image is being fetched or its hook runs.</returns>
    private async ValueTask<bool> StartAsync(Pod pod, Container container, EngineContainer? latest, CancellationToken cancellationToken)
    {
        var name = container.Name;
        if (IsBackingOff(container, out var until))
        {
            var message = $"back-off {GoDuration.Format(_crashes.DelayOf(name))} restarting failed container={name} pod={pod.FullNameOf()}";
            if (!state.Waiting.TryGetValue(name, out var told) || told.Message != message)
                events.Warning(name, "BackOff", $"Back-off restarting failed container {name} in pod {pod.FullNameOf()}");
            state.Waiting[name] = new WaitingReason("CrashLoopBackOff", message);
            state.Wake(until);
            return false;
        }

        switch (images.Request(pod, container))
        {
            case ImageOutcome.Pending:
                return true;
            case ImageOutcome.Failed failed:
                state.Waiting[name] = new WaitingReason(failed.Reason, failed.Message);
                state.Wake(failed.RetryAt);
                return false;
            case ImageOutcome.Ready ready:
                return await LaunchAsync(pod, container, latest, ready.Image, cancellationToken).ConfigureAwait(false);
            default:
                return false;
        }
    }

    private bool IsBackingOff(Container container, out DateTimeOffset until)
    {
        until = default;
        if (state.Engine.Latest(container.Name) is not { State: EngineState.Exited } last || state.RestartAnyway.Contains(container.Name))
            return false;
        var rest = _crashes.Remaining(container.Name, EndOf(last));
        until = Now + rest;
        return rest > TimeSpan.Zero;
    }

    private DateTimeOffset EndOf(EngineContainer container) => container.FinishedAt ?? Now;

    private async ValueTask<bool> LaunchAsync(Pod pod, Container container, EngineContainer? latest, ImageStatus image, CancellationToken cancellationToken)
    {
        var name = container.Name;
        try
        {
            if (latest is { State: EngineState.Created or EngineState.Unknown })
            {
                // Left behind by a process that ended between making and starting it.
                await services.Runtime.RemoveContainerAsync(latest.Id, cancellationToken).ConfigureAwait(false);
                state.Engine = state.Engine.Without(latest.Id);
            }

            var launched = await _launcher.LaunchAsync(pod, container, state.Engine, NextAttempt(pod, name), image, sandbox.Addresses(pod), cancellationToken).ConfigureAwait(false);
            state.Engine = state.Engine.With(launched);
            if (latest is { State: EngineState.Exited })
                _crashes.Next(name, EndOf(latest));
            images.Forget(name);
            state.RestartAnyway.Remove(name);
            _applied[launched.Id] = Limits(pod, container);
            PruneOld(name);
            if (launched.State != EngineState.Running)
            {
                // The plan decides on the next turn when it is tried again; what is not has ended, and waits for nothing.
                if (launched.Error is { } error && PodPlan.Restarts(pod, container, launched.ExitCode))
                    state.Waiting[name] = new WaitingReason("RunContainerError", error);
                else
                    state.Waiting.Remove(name);
                wake();
                return false;
            }

            state.Waiting.Remove(name);
            return BeginPostStart(pod, container, launched);
        }
        catch (ContainerStartException e)
        {
            state.Waiting[name] = new WaitingReason(e.Reason, e.Message);
            state.Wake(Now + s_configRetry);
            return false;
        }
    }

    private int NextAttempt(Pod pod, string name)
    {
        if (state.Engine.Instances(name).FirstOrDefault() is { } last)
            return last.Attempt + 1;

        // The engine has forgotten what the API still knows: the count goes on.
        var told = pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).FirstOrDefault(s => s.Name == name);
        return string.IsNullOrEmpty(told?.ContainerID) ? 0 : told.RestartCount + 1;
    }

    private bool BeginPostStart(Pod pod, Container container, EngineContainer launched)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
            return false;
        state.InHook.Add(launched.Id);
        _ = RunPostStartAsync(pod, container, launched, hook);
        return true;
    }

    private async Task RunPostStartAsync(Pod pod, Container container, EngineContainer launched, LifecycleHandler hook)
    {
        await Task.Yield();
        try
        {
            var failure = await services.Hooks.RunAsync(hook, new ProbeTarget(ProbeAddress(pod), container), launched.Id, Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
            HookEnded?.Invoke(launched, failure);
        }
        catch (OperationCanceledException)
        {
            // The node stops; the next process takes the container as started.
        }
    }

    /// <summary>Told, off the worker, when a postStart hook has ended, with what went wrong.</summary>
    public event Action<EngineContainer, string?>? HookEnded;

    /// <summary>On the worker: what follows from a hook's end.</summary>
    public void AfterHook(Pod pod, EngineContainer instance, string? failure)
    {
        state.InHook.Remove(instance.Id);
        if (failure is null)
            return;
        events.Warning(instance.Name, "FailedPostStartHook", "PostStartHook failed");
        LogHook(instance.Name, failure);
        stops.Begin(instance, pod.FindContainer(instance.Name), Now + pod.GraceOf(), "FailedPostStartHook", ProbeAddress(pod));
    }

    /// <summary>Applies changed limits in place (KEP-1287).</summary>
    private async ValueTask ResizeAsync(Pod pod, CancellationToken cancellationToken)
    {
        foreach (var instance in state.Engine.Containers.Where(c => c.State == EngineState.Running))
        {
            if (pod.FindContainer(instance.Name) is not { } container)
                continue;
            var wanted = Limits(pod, container);
            if (!_applied.TryGetValue(instance.Id, out var applied))
            {
                // Adopted: right already, unless the spec changed while nobody was here to see.
                if (pod.Status.ObservedGeneration is null || pod.Metadata.Generation is null || pod.Metadata.Generation <= pod.Status.ObservedGeneration)
                {
                    _applied[instance.Id] = wanted;
                    continue;
                }
            }
            else if (applied == wanted)
            {
                continue;
            }

            // Where a bound is taken away the engine must be told so; zero would mean "as it is".
            var change = wanted with
            {
                CpuQuota = wanted.CpuQuota == 0 ? -1 : wanted.CpuQuota,
                MemoryBytes = wanted.MemoryBytes == 0 ? -1 : wanted.MemoryBytes,
                MemorySwapBytes = wanted.MemorySwapBytes == 0 ? -1 : wanted.MemorySwapBytes,
            };
            await services.Runtime.UpdateContainerAsync(instance.Id, change, cancellationToken).ConfigureAwait(false);
            _applied[instance.Id] = wanted;
        }
    }

    private ContainerResources Limits(Pod pod, Container container) => ContainerLimits.Of(pod, container, services.Node.Resources.Capacity.Of("memory").Value);

    /// <summary>Keeps the running instance and the one before it, which <c>kubectl logs --previous</c> shows.</summary>
    private void PruneOld(string name)
    {
        foreach (var old in state.Engine.Instances(name).Skip(KeptInstances).Where(c => c.State == EngineState.Exited).ToList())
        {
            state.Engine = state.Engine.Without(old.Id);
            state.TerminationMessages.Remove(old.Id);
            _applied.Remove(old.Id);
            _ = RemoveAsync(old);
        }
    }

    private async Task RemoveAsync(EngineContainer old)
    {
        try
        {
            await services.Runtime.RemoveContainerAsync(old.Id, stopping).ConfigureAwait(false);
            File.Delete(paths.TerminationLog(old.Name, old.Attempt));
        }
        catch (Exception e) when (e is RuntimeException or IOException or OperationCanceledException)
        {
            // Found again by the next listing of the engine.
            LogRemove(old.Name, old.Id, e.Message);
        }
    }

    /// <summary>Where probes and hooks reach the pod.</summary>
    public string ProbeAddress(Pod pod) => sandbox.Addresses(pod) is { PodIP.Length: > 0 } addresses ? addresses.PodIP
        : string.IsNullOrEmpty(pod.Status.PodIP) ? "127.0.0.1" : pod.Status.PodIP;

    [LoggerMessage(Level = LogLevel.Warning, Message = "volume {Volume} is not ready: {Error}")]
    private partial void LogVolume(string volume, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "pod {Namespace}/{Name} has no sandbox: {Error}")]
    private partial void LogSandbox(string? @namespace, string? name, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Name}: postStart hook failed: {Failure}")]
    private partial void LogHook(string name, string failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "ended container {Name} {Id} not removed: {Error}")]
    private partial void LogRemove(string name, string id, string error);
}
