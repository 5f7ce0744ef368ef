namespace LiteKube.Node.Volumes;

/// <summary>What volumes ask of the kernel. Paths are absolute.</summary>
internal interface IMounts
{
    /// <summary>Every mount point at or below a directory, in the order in which they were mounted.</summary>
    IReadOnlyList<string> Below(string directory);

    /// <summary>Mounts an empty memory file system on a directory that exists.</summary>
    /// <param name="sizeBytes">Null for the kernel's own bound (half of the memory).</param>
    void MountTmpfs(string path, long? sizeBytes);

    /// <summary>Mounts what <paramref name="source"/> is now on <paramref name="target"/>, which exists and is of the same kind.</summary>
    void Bind(string source, string target);

    /// <summary>Detaches the mount; content in use lives on until it is let go.</summary>
    void Unmount(string path);
}
