using LiteKube.Node.PodFiles;

namespace LiteKube.Node.Volumes;

/// <summary>Takes a pod's mounts and files away.</summary>
internal sealed class PodDirectoryCleanup(string rootDirectory, IMounts mounts)
{
    /// <summary>Unmounts what is below the pod's directory and deletes it. No error where there is none.</summary>
    /// <exception cref="IOException">A mount could not be taken away; nothing was deleted then, for what it shows may be the host's own.</exception>
    public void Remove(string podUid)
    {
        RemoveTree(new PodPaths(rootDirectory, podUid).Pod);
    }

    /// <summary>The same for the volumes only: an ended pod's hosts file and termination logs stay until it is deleted.</summary>
    public void RemoveVolumes(PodPaths paths)
    {
        RemoveTree(Path.Combine(paths.Pod, "volume-subpaths"));
        RemoveTree(Path.Combine(paths.Pod, "volumes"));
    }

    private void RemoveTree(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var mount in mounts.Below(directory).Reverse())
            mounts.Unmount(mount);
        if (mounts.Below(directory).FirstOrDefault() is { } left)
            throw new IOException($"{left} is still mounted");
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>The pods of which there are files.</summary>
    public IReadOnlyList<string> PodUids()
    {
        var pods = PodPaths.PodsOf(rootDirectory);
        return Directory.Exists(pods) ? [.. Directory.EnumerateDirectories(pods).Select(d => Path.GetFileName(d))] : [];
    }
}
