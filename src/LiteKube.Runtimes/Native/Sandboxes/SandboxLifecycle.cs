using System.Collections.Concurrent;
using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Sandboxes;

/// <summary>Sandboxes from their making to their removal. Most are namespaces and nothing else; no process runs for them.</summary>
internal sealed partial class SandboxLifecycle(NativeMachine machine, ContainerBooks containers, ContainerLifecycle lifecycle, ILogger logger)
{
    private const int Rounds = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    // With it: the cgroups of sandboxes that are being made, whose first processes run before they are known.
    private readonly Lock _cgroups = new();
    private readonly Dictionary<string, string> _making = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, NativeSandbox> _sandboxes = new(StringComparer.Ordinal);

    public IEnumerable<NativeSandbox> All => _sandboxes.Values;

    public NativeSandbox? Find(string id) => _sandboxes.GetValueOrDefault(id);

    /// <exception cref="RuntimeException">Failed.</exception>
    public async Task<NativeSandbox> CreateAsync(SandboxConfig config, CancellationToken cancellationToken)
    {
        var id = ContainerMaker.NewId();
        var paths = machine.Layout.Sandbox(id);
        var record = new SandboxRecord
        {
            Id = id,
            Pod = config.Pod,
            Attempt = config.Attempt,
            Hostname = config.Hostname,
            HostNetwork = config.HostNetwork,
            HostPid = config.HostPid,
            HostIpc = config.HostIpc,
            ShareProcesses = config.ShareProcessNamespace && !config.HostPid,
            Cgroup = config.CgroupParent ?? $"{machine.Options.CgroupRoot}/pod{config.Pod.Uid}",
            OwnsCgroup = config.CgroupParent is null,
            Annotations = config.Annotations,
            CreatedAt = machine.Time.GetUtcNow(),
            Ready = true,
            BootId = machine.Boot,
        };
        var sandbox = new NativeSandbox(record, paths);
        lock (_cgroups)
            _making[id] = record.Cgroup;
        try
        {
            await Task.Run(() => Build(paths, config), cancellationToken).ConfigureAwait(false);
            if (record.ShareProcesses)
                record = await StartFirstProcessAsync(sandbox).ConfigureAwait(false);
            sandbox.Save(record);
        }
        catch (Exception e)
        {
            await DiscardAsync(sandbox).ConfigureAwait(false);
            Forget(id);
            sandbox.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RuntimeException(RuntimeError.Failed, e.Message, e);
            throw;
        }

        Know(sandbox);
        WatchFirstProcess(sandbox);
        return sandbox;
    }

    /// <summary>Kills what runs in it and lets its namespaces go.</summary>
    public async Task StopAsync(NativeSandbox sandbox, CancellationToken cancellationToken)
    {
        await Task.WhenAll(containers.Of(sandbox.Record.Id).Select(c => lifecycle.StopAsync(c, TimeSpan.Zero, cancellationToken))).ConfigureAwait(false);
        await sandbox.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!sandbox.Record.Ready)
                return;
            sandbox.Save(sandbox.Record with { Ready = false });
            await ReleaseAsync(sandbox).ConfigureAwait(false);
            machine.Publish(RuntimeEventType.SandboxDied, sandbox.Record.Pod, sandbox.Record.Id);
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
        finally
        {
            sandbox.Gate.Release();
        }
    }

    public async Task RemoveAsync(NativeSandbox sandbox, CancellationToken cancellationToken)
    {
        await StopAsync(sandbox, cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(containers.Of(sandbox.Record.Id).Select(c => lifecycle.RemoveAsync(c, cancellationToken))).ConfigureAwait(false);
        await sandbox.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_sandboxes.ContainsKey(sandbox.Record.Id))
                return;
            await DiscardAsync(sandbox).ConfigureAwait(false);
            _sandboxes.TryRemove(sandbox.Record.Id, out _);
            machine.Publish(RuntimeEventType.Removed, sandbox.Record.Pod, sandbox.Record.Id);
        }
        catch (IOException e)
        {
            throw new RuntimeException(RuntimeError.Failed, e.Message, e);
        }
        finally
        {
            sandbox.Gate.Release();
        }
    }

    /// <summary>Goes on with a sandbox of an earlier process of LiteKube: it is ready where its namespaces still are.</summary>
    public async Task AdoptAsync(SandboxRecord record)
    {
        var paths = machine.Layout.Sandbox(record.Id);
        var sandbox = new NativeSandbox(record, paths);
        Know(sandbox);
        if (record.ShareProcesses && record.BootId == machine.Boot)
            sandbox.FirstProcess = KnownProcess.Open(new ProcessIdentity(record.Pid, record.PidStart));
        if (!record.Ready)
        {
            // Its stop was recorded; how far it came is not known.
            await ReleaseAsync(sandbox).ConfigureAwait(false);
            return;
        }

        if (record.BootId == machine.Boot
            && PinnedNamespaces.Kinds(record.HostNetwork, record.HostIpc).All(kind => PinnedNamespaces.IsPinned(paths.Namespace(kind)))
            && (!record.ShareProcesses || sandbox.FirstProcess is not null))
        {
            WatchFirstProcess(sandbox);
            return;
        }

        sandbox.Save(record with { Ready = false });
        await ReleaseAsync(sandbox).ConfigureAwait(false);
    }

    private static void Build(SandboxPaths paths, SandboxConfig config)
    {
        Directory.CreateDirectory(paths.Directory, RuntimeLayout.Private);
        File.WriteAllText(paths.Hostname, config.Hostname + "\n");
        PinnedNamespaces.Create(paths, config);
    }

    private async Task<SandboxRecord> StartFirstProcessAsync(NativeSandbox sandbox)
    {
        var pidFile = Path.Combine(sandbox.Paths.Run, "pid");
        PauseSpec.Write(sandbox.Paths, sandbox.Record, machine.OomScore);
        await machine.Engine.RunDetachedAsync(sandbox.Record.Id, sandbox.Paths.Bundle, pidFile, CancellationToken.None).ConfigureAwait(false);
        var identity = ProcessIdentity.Of(int.Parse(await File.ReadAllTextAsync(pidFile).ConfigureAwait(false), CultureInfo.InvariantCulture));
        sandbox.FirstProcess = KnownProcess.Open(identity) ?? throw new RuntimeException(RuntimeError.Failed, "the pod's first process ended at once");
        return sandbox.Record with { Pid = identity.Pid, PidStart = identity.StartTicks };
    }

    private void WatchFirstProcess(NativeSandbox sandbox)
    {
        if (sandbox.FirstProcess is { } process)
            _ = WatchAsync(sandbox, process);
    }

    /// <summary>With the first process go all others of its namespace: the sandbox is over.</summary>
    private async Task WatchAsync(NativeSandbox sandbox, KnownProcess process)
    {
        try
        {
            await process.WaitAsync(machine.Readiness).ConfigureAwait(false);
            await StopAsync(sandbox, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            // Stopped by us, or the runtime closes.
        }
        catch (RuntimeException e)
        {
            LogNotStopped(sandbox.Record.Id, e.Message);
        }
    }

    private async Task ReleaseAsync(NativeSandbox sandbox)
    {
        if (sandbox.FirstProcess is { } process)
        {
            process.Signal(Signals.Kill);
            await machine.Cgroups.RemoveAsync($"{sandbox.Record.Cgroup}/{sandbox.Record.Id}", TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            process.Dispose();
            sandbox.FirstProcess = null;
        }

        var engineState = Path.Combine(machine.Layout.EngineState, sandbox.Record.Id);
        if (Directory.Exists(engineState))
            Directory.Delete(engineState, recursive: true);
        PinnedNamespaces.Remove(sandbox.Paths);
    }

    private void Know(NativeSandbox sandbox)
    {
        lock (_cgroups)
        {
            _sandboxes[sandbox.Record.Id] = sandbox;
            _making.Remove(sandbox.Record.Id);
        }
    }

    private void Forget(string id)
    {
        lock (_cgroups)
            _making.Remove(id);
    }

    /// <summary>
    /// A pod's cgroup goes with the last of its sandboxes: another may have taken this one's place, and its containers run in there. Sandboxes are
    /// begun, and the cgroup goes, under one lock; so what is ended here was made before.
    /// </summary>
    private async Task RemoveCgroupAsync(NativeSandbox sandbox)
    {
        var cgroup = sandbox.Record.Cgroup;
        string[] left;
        lock (_cgroups)
        {
            // Of several that go at once, the last to come here does it.
            sandbox.IsGoing = true;
            left = IsLastOfPod(sandbox) ? [.. machine.Cgroups.Children(cgroup)] : [];
        }

        foreach (var child in left)
            await machine.Cgroups.RemoveAsync($"{cgroup}/{child}", TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            lock (_cgroups)
            {
                if (!IsLastOfPod(sandbox) || machine.Cgroups.TryRemoveEmpty(cgroup))
                    return;
            }

            await Task.Delay(s_pause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private bool IsLastOfPod(NativeSandbox sandbox)
    {
        var (id, cgroup) = (sandbox.Record.Id, sandbox.Record.Cgroup);
        return !_making.Any(m => m.Key != id && m.Value == cgroup) && !_sandboxes.Values.Any(s => !s.IsGoing && s.Record.Id != id && s.Record.Cgroup == cgroup);
    }

    private async Task DiscardAsync(NativeSandbox sandbox)
    {
        await ReleaseAsync(sandbox).ConfigureAwait(false);
        if (sandbox.Record.OwnsCgroup)
            await RemoveCgroupAsync(sandbox).ConfigureAwait(false);
        if (!Directory.Exists(sandbox.Paths.Directory))
            return;
        File.Delete(sandbox.Paths.Record);
        Directory.Delete(sandbox.Paths.Directory, recursive: true);
    }

    [LoggerMessage(LogLevel.Warning, "sandbox {Id} has lost its first process and cannot be stopped: {Error}")]
    private partial void LogNotStopped(string id, string error);
}
