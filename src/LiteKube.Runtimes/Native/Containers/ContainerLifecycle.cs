using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>
/// A container from its start to its end. The end is the monitor's: when it goes, the exit code it left is read, recorded and told, and what the
/// container used is given back.
/// </summary>
internal sealed partial class ContainerLifecycle(NativeMachine machine, ContainerBooks books, ILogger logger)
{
    private const int KilledExitCode = 128 + Signals.Kill;
    private const int UnknownExitCode = 255;
    private const int CannotRun = 126;
    private const int NotFound = 127;
    private const int StartError = 128;

    /// <summary>Nothing where it runs already.</summary>
    /// <exception cref="RuntimeException">StartContainer: the container has ended then, with that error.</exception>
    public async Task StartAsync(NativeContainer container, CancellationToken cancellationToken)
    {
        await container.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (container.Record.Phase == ContainerPhase.Running)
                return;
            if (container.Record.Phase != ContainerPhase.Created)
                throw new RuntimeException(RuntimeError.StartContainer, $"container {container.Record.Id} has ended");

            // What was begun is ended, one way or the other: giving up in between would leave what nobody knows of.
            await LaunchAsync(container).ConfigureAwait(false);
        }
        finally
        {
            container.Gate.Release();
        }
    }

    public async Task StopAsync(NativeContainer container, TimeSpan grace, CancellationToken cancellationToken)
    {
        // A start in progress comes to its end first.
        await container.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        container.Gate.Release();
        if (container.Record.Phase != ContainerPhase.Running)
            return;
        if (grace > TimeSpan.Zero && Signal(container, container.Record.StopSignal) && await EndsWithinAsync(container, grace, cancellationToken).ConfigureAwait(false))
            return;
        Signal(container, Signals.Kill);
        if (!await EndsWithinAsync(container, machine.Options.KillTimeout, cancellationToken).ConfigureAwait(false))
            throw new RuntimeException(RuntimeError.Failed, $"container {container.Record.Id} does not end although it was killed");
    }

    public async Task RemoveAsync(NativeContainer container, CancellationToken cancellationToken)
    {
        await StopAsync(container, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        await container.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (books.Find(container.Record.Id) != container)
                return;
            await container.Cleaned.ConfigureAwait(false);
            ContainerMaker.Discard(container.Paths);
            books.Remove(container.Record.Id);
            machine.Publish(RuntimeEventType.Removed, container.Record.Pod, container.Record.Id);
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
        finally
        {
            container.Gate.Release();
        }

        container.ImageHold?.Dispose();
        container.Process?.Dispose();
    }

    /// <summary>Goes on with a container of an earlier process of LiteKube.</summary>
    /// <param name="monitor">Its monitor, where that lives.</param>
    public async Task AdoptAsync(NativeContainer container, KnownProcess? monitor)
    {
        var record = container.Record;
        if (record.Phase is ContainerPhase.Exited)
        {
            container.Save(record);
            await CleanAsync(container).ConfigureAwait(false);
            return;
        }

        if (record.BootId != machine.Boot)
        {
            if (record.Phase == ContainerPhase.Created)
                container.Save(record with { Phase = ContainerPhase.Exited, ExitCode = UnknownExitCode, StartedAt = record.CreatedAt, FinishedAt = machine.Time.GetUtcNow(), Error = "the machine was started anew before it was started" });
            else
                container.Save(record with { Phase = ContainerPhase.Exited, ExitCode = UnknownExitCode, StartedAt = record.StartedAt ?? record.CreatedAt, FinishedAt = machine.Time.GetUtcNow() });
            return;
        }

        if (record.Phase is ContainerPhase.Starting)
            record = await AdoptStartingAsync(container, record).ConfigureAwait(false);
        if (record.Phase == ContainerPhase.Created)
        {
            // The monitor first, since it begins calls of the engine.
            if (monitor?.Signal(Signals.Kill) == true)
                await monitor.WaitAsync(machine.Readiness).ConfigureAwait(false);
            monitor?.Dispose();
            await new StaleCalls(machine.Layout.EngineState, machine.Readiness).EndAsync(record.Id).ConfigureAwait(false);
            await CleanProcessesAsync(container).ConfigureAwait(false);
            container.Save(record);
            return;
        }

        container.Process = KnownProcess.Open(new ProcessIdentity(record.Pid, record.PidStart));
        container.Save(record);
        _ = WatchAsync(container, monitor);
    }

    private async Task LaunchAsync(NativeContainer container)
    {
        var record = container.Record;
        var monitors = machine.Monitors;
        LaunchedMonitor? monitor = null;
        try
        {
            monitor = monitors.Launch(record);
            record = record with { Phase = ContainerPhase.Starting, BootId = machine.Boot, MonitorPid = monitor.Pid, MonitorStart = ProcessIdentity.Of(monitor.Pid).StartTicks };
            container.Save(record);
            var identity = ProcessIdentity.Of(await monitor.ReleaseAsync(CancellationToken.None).ConfigureAwait(false));
            container.Process = KnownProcess.Open(identity);
            record = record with { Pid = identity.Pid, PidStart = identity.StartTicks, StartedAt = machine.Time.GetUtcNow() };
            container.Save(record);
            await machine.Engine.StartAsync(record.Id, CancellationToken.None).ConfigureAwait(false);
            container.Save(record with { Phase = ContainerPhase.Running });
        }
        catch (Exception e) when (e is RuntimeException or IOException)
        {
            if (monitor is { IsReleased: false })
                monitor.Kill();
            monitor?.Dispose();
            await FailStartAsync(container, monitor, e.Message).ConfigureAwait(false);
            throw e as RuntimeException ?? new RuntimeException(RuntimeError.StartContainer, e.Message, e);
        }

        monitor.Dispose();
        machine.Publish(RuntimeEventType.ContainerStarted, record.Pod, record.Id);
        _ = WatchAsync(container, monitor.Exited);
    }

    private async Task FailStartAsync(NativeContainer container, LaunchedMonitor? monitor, string error)
    {
        if (machine.OomScore.IsCauseOf(error))
            LogCannotLowerOomScore();
        Signal(container, Signals.Kill);
        if (monitor is not null)
        {
            // It ends by itself once the container is gone.
            await CleanProcessesAsync(container).ConfigureAwait(false);
            await monitor.Exited.ConfigureAwait(false);
        }

        container.Cleaned = CleanAsync(container);
        await container.Cleaned.ConfigureAwait(false);
        var record = container.Record;
        var now = machine.Time.GetUtcNow();
        container.Save(record with
        {
            Phase = ContainerPhase.Exited,
            ExitCode = error.Contains("not found", StringComparison.OrdinalIgnoreCase) || error.Contains("no such file", StringComparison.OrdinalIgnoreCase) ? NotFound
                : error.Contains("permission denied", StringComparison.OrdinalIgnoreCase) ? CannotRun : StartError,
            Error = error,
            StartedAt = record.StartedAt ?? now,
            FinishedAt = now,
        });
        machine.Publish(RuntimeEventType.ContainerDied, record.Pod, record.Id);
    }

    /// <summary>Its record does not say whether it was started; the engine does.</summary>
    private async Task<ContainerRecord> AdoptStartingAsync(NativeContainer container, ContainerRecord record)
    {
        var state = Directory.Exists(container.Paths.EngineState) ? await machine.Engine.GetStateAsync(record.Id, CancellationToken.None).ConfigureAwait(false) : null;
        var exited = File.Exists(container.Paths.Exit);
        var wasMade = record.Pid > 0;
        if (record.Pid == 0 && File.Exists(container.Paths.Pid) && int.TryParse(await File.ReadAllTextAsync(container.Paths.Pid).ConfigureAwait(false), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            var identity = ProcessIdentity.Of(pid);
            record = record with { Pid = identity.Pid, PidStart = identity.StartTicks };
        }

        // A process that is still the engine's own waits for a start that nobody will finish. One that has ended leaves its code in a moment, or has a
        // monitor that was killed: it is not run a second time.
        var started = state == "running" && ProcessArguments.Value(ProcessArguments.Of(record.Pid), "--root") != machine.Layout.EngineState;
        if (!exited && !started && !(state == "stopped" && wasMade))
            return record with { Phase = ContainerPhase.Created, StartedAt = null, Pid = 0, MonitorPid = 0 };
        return record with { Phase = ContainerPhase.Running, StartedAt = record.StartedAt ?? machine.Time.GetUtcNow() };
    }

    private async Task WatchAsync(NativeContainer container, KnownProcess? monitor)
    {
        if (monitor is not null)
        {
            using (monitor)
                await WatchAsync(container, monitor.WaitAsync(machine.Readiness)).ConfigureAwait(false);
            return;
        }

        await WatchAsync(container, Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task WatchAsync(NativeContainer container, Task monitorEnded)
    {
        try
        {
            await monitorEnded.ConfigureAwait(false);
            await EndAsync(container).ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // The runtime closes; the next process goes on from here.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogEndNotRecorded(container.Record.Id, e.Message);
        }
    }

    private async Task EndAsync(NativeContainer container)
    {
        var record = container.Record;
        var (code, finished, error) = await ReadExitAsync(container).ConfigureAwait(false);
        var oom = code != 0 && machine.Cgroups.OomKills(record.Cgroup) > 0;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        container.Cleaned = CleanAfterEndAsync(container, told.Task);
        try
        {
            container.Save(record with
            {
                Phase = ContainerPhase.Exited,
                ExitCode = code,
                OomKilled = oom,
                Error = error,
                FinishedAt = finished < record.StartedAt ? record.StartedAt : finished,
            });
            if (oom)
                machine.Publish(RuntimeEventType.ContainerOom, record.Pod, record.Id);
            machine.Publish(RuntimeEventType.ContainerDied, record.Pod, record.Id);
        }
        finally
        {
            told.SetResult();
        }
    }

    /// <summary>A monitor that went without leaving a code was killed. What it watched has nobody left who would tell of its end, so it ends now.</summary>
    private async Task<(int Code, DateTimeOffset Finished, string? Error)> ReadExitAsync(NativeContainer container)
    {
        var file = container.Paths.Exit;
        if (File.Exists(file) && int.TryParse((await File.ReadAllTextAsync(file).ConfigureAwait(false)).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code))
            return (code < 0 ? UnknownExitCode : code, File.GetLastWriteTimeUtc(file), null);
        LogMonitorLost(container.Record.Id);
        Signal(container, Signals.Kill);
        if (container.Process is { } process)
            await process.WaitAsync(machine.Readiness).ConfigureAwait(false);
        return (KilledExitCode, machine.Time.GetUtcNow(), "its monitor was killed");
    }

    /// <param name="told">The end, to watchers: a removal waits for the cleaning, so none of them hears of it before.</param>
    private async Task CleanAfterEndAsync(NativeContainer container, Task told)
    {
        await told.ConfigureAwait(false);
        try
        {
            await CleanAsync(container).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotCleaned(container.Record.Id, e.Message);
        }
    }

    private async Task CleanAsync(NativeContainer container)
    {
        await CleanProcessesAsync(container).ConfigureAwait(false);
        MountTable.Unmount(container.Paths.Root);
        File.Delete(container.Paths.Exit);
    }

    /// <summary>Whatever still runs of it, its cgroup, and what the engine remembers.</summary>
    private async Task CleanProcessesAsync(NativeContainer container)
    {
        if (!await machine.Cgroups.RemoveAsync(container.Record.Cgroup, TimeProvider.System, CancellationToken.None).ConfigureAwait(false))
            LogCgroupLeft(container.Record.Cgroup);
        if (Directory.Exists(container.Paths.EngineState))
            Directory.Delete(container.Paths.EngineState, recursive: true);
    }

    private static bool Signal(NativeContainer container, int signal) => container.Process?.Signal(signal) == true;

    private async Task<bool> EndsWithinAsync(NativeContainer container, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await container.Ended.WaitAsync(limit, machine.Time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "OOM scores cannot be lowered here (no CAP_SYS_RESOURCE): pods are not favoured when memory is short")]
    private partial void LogCannotLowerOomScore();

    [LoggerMessage(LogLevel.Warning, "container {Id}: its monitor was killed, so it is, too")]
    private partial void LogMonitorLost(string id);

    [LoggerMessage(LogLevel.Warning, "the cgroup {Cgroup} is still busy and stays")]
    private partial void LogCgroupLeft(string cgroup);

    [LoggerMessage(LogLevel.Error, "container {Id} has ended, which cannot be recorded: {Error}")]
    private partial void LogEndNotRecorded(string id, string error);

    [LoggerMessage(LogLevel.Warning, "container {Id} has left something behind: {Error}")]
    private partial void LogNotCleaned(string id, string error);
}
