using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Pods;
using LiteKube.Node.Probes;
using LiteKube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Containers;

/// <summary>
/// The containers of one pod that are being stopped: preStop hook, stop signal, and SIGKILL when the grace period, which the hook shares, is over.
/// Runs beside the worker, which is woken at each end. Used by the worker only.
/// </summary>
internal sealed partial class ContainerStops(IContainerRuntime runtime, HookRunner hooks, PodEvents events, TimeProvider time, ILogger logger, Action<string> ended, CancellationToken stopping)
{
    // Enough for a process to heed its signal after a hook that took all the time.
    private static readonly TimeSpan s_afterHook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Stop> _stops = new(StringComparer.Ordinal);

    /// <summary>Begins to stop a container, or shortens what was begun. Nothing happens where it already stops by then.</summary>
    /// <param name="deadline">When it is killed.</param>
    /// <param name="container">Null where the spec no longer knows it; there is no hook to run then.</param>
    public void Begin(EngineContainer instance, Container? container, DateTimeOffset deadline, string message, string address)
    {
        var hookDone = false;
        if (_stops.TryGetValue(instance.Id, out var stop))
        {
            if (stop.IsDone ? time.GetSteadyNow() < stop.RetryAt : stop.Deadline <= deadline)
                return;
            hookDone = stop.HookDone;
            stop.Cancel.Cancel();
            stop.Cancel.Dispose();
        }
        else
        {
            events.Normal(instance.Name, "Killing", message);
        }

        stop = new Stop(deadline, time.GetSteadyNow() + (deadline - time.GetUtcNow()), CancellationTokenSource.CreateLinkedTokenSource(stopping)) { HookDone = hookDone };
        _stops[instance.Id] = stop;
        _ = RunAsync(stop, instance, container, address);
    }

    public bool IsStopping(string containerId) => _stops.TryGetValue(containerId, out var stop) && !stop.IsDone;

    /// <summary>When a stop that is over but did not end its container wants to be tried again.</summary>
    public DateTimeOffset? NextRetry
    {
        get
        {
            var now = time.GetSteadyNow();
            return time.GetUtcNow() + _stops.Values.Where(s => s.IsDone && s.RetryAt > now).Select(s => (TimeSpan?)(s.RetryAt - now)).Min();
        }
    }

    /// <summary>Forgets what no longer runs.</summary>
    public void KeepOnly(IEnumerable<string> running)
    {
        foreach (var id in _stops.Keys.Except(running).ToList())
        {
            if (!_stops[id].IsDone)
                continue;
            _stops.Remove(id, out var stop);
            stop!.Cancel.Dispose();
        }
    }

    private async Task RunAsync(Stop stop, EngineContainer instance, Container? container, string address)
    {
        var cancellationToken = stop.Cancel.Token;
        await Task.Yield();
        try
        {
            var afterHook = TimeSpan.Zero;
            if (!stop.HookDone && container?.Lifecycle?.PreStop is { } hook)
            {
                afterHook = s_afterHook;
                var failure = await hooks.RunAsync(hook, new ProbeTarget(address, container), instance.Id, Left(stop), cancellationToken).ConfigureAwait(false);
                if (failure is not null)
                {
                    events.Warning(instance.Name, "FailedPreStopHook", "PreStopHook failed");
                    LogHookFailed(instance.Name, instance.Id, failure);
                }

                stop.HookDone = true;
            }

            var left = Left(stop);
            await runtime.StopContainerAsync(instance.Id, left > afterHook ? left : afterHook, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Begun anew with less time, or the node stops: then the container goes on and is stopped by the next process.
            return;
        }
        catch (RuntimeException e) when (e.Error == RuntimeError.NotFound)
        {
            // It ended and was removed by somebody else; the worker will see.
        }
        catch (RuntimeException e)
        {
            LogFailed(instance.Name, instance.Id, e.Message);
        }

        // Also after success: the worker may still have the look at its containers that it took before.
        stop.RetryAt = time.GetSteadyNow() + s_retry;
        stop.IsDone = true;
        ended(instance.Id);
    }

    private TimeSpan Left(Stop stop)
    {
        var left = stop.KillAt - time.GetSteadyNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Name} {Id}: preStop hook failed: {Failure}")]
    private partial void LogHookFailed(string name, string id, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "container {Name} {Id} not stopped: {Error}")]
    private partial void LogFailed(string name, string id, string error);

    private sealed class Stop(DateTimeOffset deadline, DateTimeOffset killAt, CancellationTokenSource cancel)
    {
        public DateTimeOffset Deadline { get; } = deadline;

        /// <summary>The deadline by the steady clock, as is <see cref="RetryAt"/>.</summary>
        public DateTimeOffset KillAt { get; } = killAt;

        public CancellationTokenSource Cancel { get; } = cancel;

        /// <summary>Set before the worker is woken, so that it sees the end.</summary>
        public volatile bool IsDone;

        public bool HookDone { get; set; }

        public DateTimeOffset RetryAt { get; set; }
    }
}
