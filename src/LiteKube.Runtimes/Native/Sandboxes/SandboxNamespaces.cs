using System.Globalization;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Sandboxes;

/// <summary>A sandbox's namespaces in the engine's words.</summary>
internal static class SandboxNamespaces
{
    /// <summary>Those that it holds.</summary>
    public static IEnumerable<(string Kind, string Path)> Of(SandboxRecord sandbox, SandboxPaths paths) =>
        PinnedNamespaces.Kinds(sandbox.HostNetwork, sandbox.HostIpc).Select(kind => (kind == "net" ? "network" : kind, paths.Namespace(kind)));

    /// <summary>All that a container of it is in, but for the machine's.</summary>
    /// <param name="target">The process whose container's processes it is to share; 0 for none.</param>
    /// <param name="cgroup">Whether containers get a view of cgroups of their own.</param>
    public static IReadOnlyList<(string Kind, string Path)> ForContainer(SandboxRecord sandbox, SandboxPaths paths, int target, bool cgroup)
    {
        List<(string, string)> namespaces = [("mount", ""), .. Of(sandbox, paths)];
        if (target > 0 || sandbox.ShareProcesses)
            namespaces.Add(("pid", string.Create(CultureInfo.InvariantCulture, $"/proc/{(target > 0 ? target : sandbox.Pid)}/ns/pid")));
        else if (!sandbox.HostPid)
            namespaces.Add(("pid", ""));
        if (cgroup)
            namespaces.Add(("cgroup", ""));
        return namespaces;
    }
}
