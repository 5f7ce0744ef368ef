namespace LiteKube.Node.Volumes;

/// <summary>Gives a volume to the pod's fsGroup: group set, group bits added, directories inherit the group (kubernetes.io/docs/tasks/configure-pod-container/security-context).</summary>
internal static class VolumeOwnership
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead;
    private const UnixFileMode Enter = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.SetGroup;

    public static void Apply(string root, long group, bool readOnly, bool onlyIfRootDiffers = false)
    {
        if (onlyIfRootDiffers && File.GetUnixFileMode(root).HasFlag(UnixFileMode.SetGroup) && File.GetUnixFileMode(root).HasFlag(UnixFileMode.GroupExecute))
            return;
        Give(new DirectoryInfo(root), group, readOnly);
    }

    private static void Give(FileSystemInfo entry, long group, bool readOnly)
    {
        FileOwner.Set(entry.FullName, null, group);

        // A link has no mode of its own, and its target is not ours to change.
        if (entry.LinkTarget is not null)
            return;
        var add = readOnly ? ReadOnly : ReadWrite;
        if (entry is DirectoryInfo directory)
        {
            add |= Enter;
            foreach (var child in directory.EnumerateFileSystemInfos())
                Give(child, group, readOnly);
        }

        var mode = entry.UnixFileMode;
        if ((mode | add) != mode)
            entry.UnixFileMode = mode | add;
    }
}
