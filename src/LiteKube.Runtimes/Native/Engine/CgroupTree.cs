using System.Globalization;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>Cgroups of pods and containers, in all hierarchies at once.</summary>
internal sealed class CgroupTree(CgroupHierarchy hierarchy)
{
    private const int Rounds = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    public CgroupHierarchy Hierarchy => hierarchy;

    /// <summary>Where pods get cgroups, those that are there.</summary>
    public IEnumerable<string> Children(string cgroup) => hierarchy.Mounts
        .Select(m => m + cgroup).Where(Directory.Exists)
        .SelectMany(Directory.EnumerateDirectories).Select(d => Path.GetFileName(d)!).Distinct(StringComparer.Ordinal);

    /// <summary>How often the kernel has killed in this cgroup for lack of memory.</summary>
    public long OomKills(string cgroup)
    {
        var file = hierarchy.Version == 2 ? hierarchy.Unified + cgroup + "/memory.events"
            : hierarchy.Controllers.TryGetValue("memory", out var memory) ? memory + cgroup + "/memory.oom_control" : null;
        if (file is null || !File.Exists(file))
            return 0;
        var line = File.ReadLines(file).FirstOrDefault(l => l.StartsWith("oom_kill ", StringComparison.Ordinal));
        return line is not null && long.TryParse(line["oom_kill ".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
    }

    /// <summary>Ends every process in the cgroup and below, and removes it. What the kernel still holds on to is tried again for a while.</summary>
    /// <returns>Whether it is gone.</returns>
    public async Task<bool> RemoveAsync(string cgroup, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var left = false;
            foreach (var directory in hierarchy.Mounts.Select(m => m + cgroup))
                left |= Directory.Exists(directory) && !TryRemove(directory);
            if (!left)
                return true;
            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Ends nothing: what has processes or cgroups in it stays.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool TryRemoveEmpty(string cgroup)
    {
        var gone = true;
        foreach (var directory in hierarchy.Mounts.Select(m => m + cgroup).Where(Directory.Exists))
            gone &= !Directory.EnumerateDirectories(directory).Any() && TryDelete(directory);
        return gone;
    }

    private static bool TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            // Somebody is in there.
            return false;
        }
    }

    private static bool TryRemove(string directory)
    {
        try
        {
            foreach (var child in Directory.EnumerateDirectories(directory))
                TryRemove(child);
            try
            {
                Directory.Delete(directory);
                return true;
            }
            catch (IOException)
            {
                // Busy: somebody is in there.
                KillAll(directory);
                Directory.Delete(directory);
                return true;
            }
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void KillAll(string directory)
    {
        // Version 2 of Linux 5.14 and later kills them and all that they fork meanwhile.
        var atOnce = Path.Combine(directory, "cgroup.kill");
        if (File.Exists(atOnce))
        {
            File.WriteAllText(atOnce, "1");
            return;
        }

        foreach (var line in File.ReadLines(Path.Combine(directory, "cgroup.procs")))
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1)
                _ = Libc.Kill(pid, Signals.Kill);
        }
    }
}
