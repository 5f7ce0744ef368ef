using System.Globalization;

namespace LiteKube.Node.PodFiles;

/// <summary>Where a pod's files are, below the node's root directory. The layout is upstream's, so that tools that look there find their way.</summary>
internal sealed class PodPaths(string rootDirectory, string podUid)
{
    public string Pod { get; } = Path.Combine(PodsOf(rootDirectory), podUid);

    public string HostsFile => Path.Combine(Pod, "etc-hosts");

    public string ResolverFile => Path.Combine(Pod, "resolv.conf");

    public static string PodsOf(string rootDirectory) => Path.Combine(rootDirectory, "pods");

    /// <summary>Makes the directory of all pods' files, closed to the machine's other users: below it, modes are those that containers need.</summary>
    public static void Prepare(string rootDirectory)
    {
        const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        var pods = Directory.CreateDirectory(PodsOf(rootDirectory));
        pods.UnixFileMode = OwnerAndGroup;
    }

    /// <param name="plugin">As in <c>kubernetes.io~secret</c>, after the tilde.</param>
    public string Volume(string plugin, string name) => Path.Combine(Pod, "volumes", "kubernetes.io~" + plugin, name);

    public string SubPath(string volume, string container, int mountIndex) =>
        Path.Combine(Pod, "volume-subpaths", volume, container, mountIndex.ToString(CultureInfo.InvariantCulture));

    public string TerminationLog(string container, int attempt) =>
        Path.Combine(Pod, "containers", container, attempt.ToString(CultureInfo.InvariantCulture));
}
