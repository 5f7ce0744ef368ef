using LiteKube.Node.Volumes;

namespace LiteKube.Node;

/// <summary>Takes the mounts and files of every pod of this node away, for <c>litekube cleanup</c>. Their containers must be gone.</summary>
public static class NodeCleanup
{
    /// <returns>How many pods left something.</returns>
    public static int Run(NodeOptions options)
    {
        var cleanup = new PodDirectoryCleanup(options.RootDirectory, new LinuxMounts());
        var pods = cleanup.PodUids();
        foreach (var pod in pods)
            cleanup.Remove(pod);
        return pods.Count;
    }
}
