using System.Globalization;

namespace LiteKube.Node.Volumes;

/// <summary>
/// Puts a volume's files in place so that a reader sees either all old or all new ones: a new directory is filled beside the old one, and the link
/// <c>..data</c>, through which every visible name leads, is swapped by a rename. The names are upstream's; applications watch for them.
/// </summary>
internal sealed class AtomicWriter(TimeProvider time)
{
    private const string DataLink = "..data";
    private const string NewDataLink = "..data_tmp";
    private const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;

    /// <returns>False when what is there is already as wanted.</returns>
    public bool Write(string root, VolumePayload payload, long? group)
    {
        var dataLink = Path.Combine(root, DataLink);
        var old = new FileInfo(dataLink).LinkTarget;
        var oldDirectory = old is null ? null : Path.Combine(root, old);
        if (oldDirectory is not null && Directory.Exists(oldDirectory) && IsSame(oldDirectory, payload) && Visible(root).SetEquals(TopLevel(payload)))
            return false;

        var directory = MakeDirectory(root);
        foreach (var (path, file) in payload)
            WriteFile(directory, path, file);
        if (group is { } gid)
            VolumeOwnership.Apply(directory, gid, readOnly: true);

        var newLink = Path.Combine(root, NewDataLink);
        File.Delete(newLink);
        File.CreateSymbolicLink(newLink, Path.GetFileName(directory));
        AtomicRename.Replace(newLink, dataLink);

        var wanted = TopLevel(payload);
        foreach (var name in wanted)
        {
            var visible = Path.Combine(root, name);
            if (new FileInfo(visible).LinkTarget is null)
                File.CreateSymbolicLink(visible, Path.Combine(DataLink, name));
        }

        foreach (var name in Visible(root).Except(wanted).ToList())
            File.Delete(Path.Combine(root, name));
        if (oldDirectory is not null && Directory.Exists(oldDirectory))
            Directory.Delete(oldDirectory, recursive: true);
        return true;
    }

    private string MakeDirectory(string root)
    {
        var stamp = time.GetUtcNow().ToString("yyyy_MM_dd_HH_mm_ss", CultureInfo.InvariantCulture);
        while (true)
        {
            var path = Path.Combine(root, $"..{stamp}.{Random.Shared.NextInt64(10_000_000_000)}");
            if (Directory.Exists(path))
                continue;
            Directory.CreateDirectory(path, DirectoryMode);
            File.SetUnixFileMode(path, DirectoryMode);
            return path;
        }
    }

    private static void WriteFile(string directory, string path, VolumeFile file)
    {
        var full = Path.GetFullPath(Path.Combine(directory, path));
        if (!full.StartsWith(directory + "/", StringComparison.Ordinal))
            throw new VolumeException($"path {path} leads out of its volume");
        var parent = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(parent))
            MakeParents(directory, parent);
        File.WriteAllBytes(full, file.Content);

        // Against the umask.
        File.SetUnixFileMode(full, file.Mode);
        FileOwner.Set(full, file.Owner, null);
    }

    private static void MakeParents(string directory, string path)
    {
        if (path == directory || Directory.Exists(path))
            return;
        MakeParents(directory, Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, DirectoryMode);
    }

    private static bool IsSame(string directory, VolumePayload payload)
    {
        var present = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(directory, f)).ToHashSet(StringComparer.Ordinal);
        return present.Count == payload.Count
            && payload.All(p => present.Contains(p.Key) && File.ReadAllBytes(Path.Combine(directory, p.Key)).AsSpan().SequenceEqual(p.Value.Content));
    }

    private static HashSet<string> TopLevel(VolumePayload payload) => payload.Keys.Select(p => p.Split('/', 2)[0]).ToHashSet(StringComparer.Ordinal);

    /// <summary>The names a container sees: links, not the machinery behind them.</summary>
    private static HashSet<string> Visible(string root) =>
        new DirectoryInfo(root).EnumerateFileSystemInfos().Where(e => e.LinkTarget is not null && e.Name is not (DataLink or NewDataLink)).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
}
