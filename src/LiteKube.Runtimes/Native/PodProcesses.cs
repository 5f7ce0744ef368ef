using System.Globalization;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Spec;

namespace LiteKube.Runtimes.Native;

/// <summary>
/// The processes of all pods, when the machine goes down. systemd does not know their cgroups: at the very end it would wait minutes for those that do
/// not heed SIGTERM, as first processes that are shells do not. Nothing is recorded: the next boot finds that they ran, and starts them again.
/// </summary>
public static class PodProcesses
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks each container's own process to end, and ends all that is left after the grace.</summary>
    /// <returns>How many were there.</returns>
    public static async Task<int> EndAsync(NativeRuntimeOptions options, TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        var hierarchy = CgroupHierarchy.Read();
        if (hierarchy.Mounts.Select(m => m + options.CgroupRoot).FirstOrDefault(Directory.Exists) is not { } tree)
            return 0;
        var first = Of(tree);
        foreach (var pid in first.Where(p => ParentOf(p) is { } parent && !first.Contains(parent)))
            _ = Libc.Kill(pid, Signals.Terminate);
        var begun = time.GetTimestamp();
        while (Of(tree).Count > 0 && time.GetElapsedTime(begun) < grace)
            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(false);
        foreach (var pid in Of(tree))
            _ = Libc.Kill(pid, Signals.Kill);
        return first.Count;
    }

    private static HashSet<int> Of(string tree)
    {
        var processes = new HashSet<int>();
        foreach (var file in Directory.EnumerateFiles(tree, "cgroup.procs", SearchOption.AllDirectories))
        {
            try
            {
                processes.UnionWith(File.ReadLines(file).Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(p => p > 1));
            }
            catch (IOException)
            {
                // Its cgroup went meanwhile, and so did they.
            }
        }

        return processes;
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            // The name in parentheses may hold anything; the parent is the second field behind it.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
