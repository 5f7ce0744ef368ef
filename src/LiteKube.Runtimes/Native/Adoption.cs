using System.Globalization;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Sandboxes;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native;

/// <summary>
/// What a new process finds: whatever has a record goes on, whatever has none was half made or half removed and goes. Nothing of an earlier boot is
/// believed but how things ended.
/// </summary>
internal sealed class Adoption(NativeMachine machine, SandboxLifecycle sandboxes, ContainerBooks books, ContainerLifecycle lifecycle, Func<string, IDisposable?> hold)
{
    private readonly StaleCalls _stale = new(machine.Layout.EngineState, machine.Readiness);

    public async Task RunAsync()
    {
        machine.Layout.Prepare();
        await EndExecsAsync().ConfigureAwait(false);
        foreach (var directory in Directory.EnumerateDirectories(machine.Layout.Sandboxes).ToArray())
            await AdoptSandboxAsync(Path.GetFileName(directory)).ConfigureAwait(false);
        var monitors = FindMonitors();
        foreach (var directory in Directory.EnumerateDirectories(machine.Layout.Containers).ToArray())
            await AdoptContainerAsync(Path.GetFileName(directory), monitors).ConfigureAwait(false);
        await SweepAsync(monitors).ConfigureAwait(false);
    }

    private async Task AdoptSandboxAsync(string id)
    {
        var paths = machine.Layout.Sandbox(id);
        if (RecordFile.Read(paths.Record, StateJson.Default.SandboxRecord) is { } record && record.Id == id)
        {
            await sandboxes.AdoptAsync(record).ConfigureAwait(false);
            return;
        }

        await _stale.EndAsync(id).ConfigureAwait(false);
        PinnedNamespaces.Remove(paths);
        Directory.Delete(paths.Directory, recursive: true);
    }

    private async Task AdoptContainerAsync(string id, Dictionary<string, ProcessIdentity> monitors)
    {
        var paths = machine.Layout.Container(id);
        if (RecordFile.Read(paths.Record, StateJson.Default.ContainerRecord) is not { } record || record.Id != id)
        {
            ContainerMaker.Discard(paths);
            return;
        }

        var container = new NativeContainer(record, paths) { ImageHold = record.Phase == ContainerPhase.Exited ? null : hold(record.ImageId) };
        books.Add(container);
        await lifecycle.AdoptAsync(container, monitors.Remove(id, out var identity) ? KnownProcess.Open(identity) : null).ConfigureAwait(false);
    }

    /// <summary>What belongs to no sandbox or container any more.</summary>
    private async Task SweepAsync(Dictionary<string, ProcessIdentity> monitors)
    {
        foreach (var identity in monitors.Values)
        {
            using var process = KnownProcess.Open(identity);
            process?.Signal(Signals.Kill);
        }

        foreach (var run in Directory.EnumerateDirectories(machine.Layout.RunningSandboxes).ToArray())
        {
            if (sandboxes.Find(Path.GetFileName(run)) is null)
                PinnedNamespaces.Remove(machine.Layout.Sandbox(Path.GetFileName(run)));
        }

        var pods = sandboxes.All.Select(s => s.Record.Cgroup).ToHashSet(StringComparer.Ordinal);
        foreach (var child in machine.Cgroups.Children(machine.Options.CgroupRoot).ToArray())
        {
            var cgroup = $"{machine.Options.CgroupRoot}/{child}";
            string[] stale = !pods.Contains(cgroup) ? [cgroup]
                : [.. machine.Cgroups.Children(cgroup).Where(id => books.Find(id) is null && sandboxes.Find(id) is null).Select(id => $"{cgroup}/{id}")];
            foreach (var one in stale)
                await machine.Cgroups.RemoveAsync(one, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }

        foreach (var state in Directory.EnumerateDirectories(machine.Layout.EngineState).ToArray())
        {
            var id = Path.GetFileName(state);
            if (books.Find(id) is null && sandboxes.Find(id) is null)
                Directory.Delete(state, recursive: true);
        }

        foreach (var exit in Directory.EnumerateFiles(machine.Layout.Exits).ToArray())
        {
            if (books.Find(Path.GetFileName(exit)) is null)
                File.Delete(exit);
        }
    }

    /// <summary>Monitors that live, by container: they say in their arguments whose exit they will write, and where.</summary>
    private Dictionary<string, ProcessIdentity> FindMonitors()
    {
        var result = new Dictionary<string, ProcessIdentity>(StringComparer.Ordinal);
        foreach (var (pid, arguments) in ProcessArguments.ReadAll())
        {
            if (ProcessArguments.Value(arguments, "--exit-dir") == machine.Layout.Exits && ProcessArguments.Value(arguments, "--cid") is { } id && ProcessIdentity.Of(pid) is { Pid: > 0 } identity)
                result[id] = identity;
        }

        return result;
    }

    /// <summary>Commands that an earlier process ran in containers: their streams are gone with it.</summary>
    private async Task EndExecsAsync()
    {
        await _stale.EndAsync("exec").ConfigureAwait(false);
        foreach (var directory in Directory.EnumerateDirectories(machine.Layout.Execs).ToArray())
        {
            var pidFile = Path.Combine(directory, "pid");
            if (File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && IsInOurCgroup(pid))
            {
                using var process = KnownProcess.Open(ProcessIdentity.Of(pid));
                process?.Signal(Signals.Kill);
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    private bool IsInOurCgroup(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cgroup").Contains(machine.Options.CgroupRoot + "/", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
