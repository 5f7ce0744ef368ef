using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// What an image's layers leave to each other, put into one directory more, to be mounted above them: directories that an upper layer has files in and
/// a lower one describes, and hard links of one layer to files of another.
/// </summary>
internal sealed class SeamBuilder(MergedLayers layers, string directory) : IDisposable
{
    private readonly SafeFileHandle _root = LayerTree.OpenRoot(directory);
    private readonly Dictionary<string, Libc.FileTimes> _made = new(StringComparer.Ordinal);

    /// <returns>False where nothing is needed: most images.</returns>
    /// <exception cref="Node.Runtime.RuntimeException">ImagePull: a link leads nowhere.</exception>
    public bool Build()
    {
        var linked = false;
        for (var layer = layers.Count - 1; layer >= 0; layer--)
        {
            foreach (var (path, target) in layers.LinksOf(layer).Where(l => layers.Shows(layer, l.Key)))
            {
                Link(layer, path, target);
                linked = true;
            }
        }

        foreach (var path in layers.Implied.Where(IsMisread))
            Make(path);
        foreach (var (path, times) in _made)
            LayerTree.Check(Libc.SetTimesAt(LayerTree.Number(_root), TarPath.Bytes(path), times, Libc.SymlinkNoFollow), path);
        return linked || _made.Count > 0;
    }

    public void Dispose() => _root.Dispose();

    /// <summary>The file itself, once more: nobody ever writes to it, and content, attributes and inode are the same.</summary>
    private void Link(int layer, string path, string target)
    {
        using var file = layers.Find(target, layer) ?? throw LayerRefusal.Entry(path, $"is a hard link to \"{target}\", which is neither in the layer before it nor in one below");
        if (MergedLayers.Status(file).Kind == FileModes.Directory)
            throw LayerRefusal.Entry(path, "is a hard link to a directory");
        var parent = new TarPath(path).Parent;
        if (!parent.IsRoot)
            Make(parent.Value);
        LayerTree.Check(Libc.LinkAt(LayerTree.Number(file), [0], LayerTree.Number(_root), TarPath.Bytes(path), Libc.EmptyPath), path);
    }

    /// <summary>Whether overlayfs would show other attributes than the image has.</summary>
    private bool IsMisread(string path)
    {
        if (layers.FindDirectory(path) is not var (shown, described))
            return false;
        using (shown)
        using (described)
            return described is not null && !DirectoryAttributes.Of(shown).SameAs(DirectoryAttributes.Of(described));
    }

    private void Make(string path)
    {
        if (_made.ContainsKey(path))
            return;
        var parent = new TarPath(path).Parent;
        if (!parent.IsRoot)
            Make(parent.Value);
        var (shown, described) = layers.FindDirectory(path) ?? throw LayerRefusal.Entry(path, "is no directory any more in a layer above");
        using (shown)
        using (described)
        {
            var attributes = DirectoryAttributes.Of(described ?? shown);
            var (number, name) = (LayerTree.Number(_root), TarPath.Bytes(path));
            LayerTree.Check(Libc.MakeDirectoryAt(number, name, 0), path);
            LayerTree.Check(Libc.ChangeOwnerAt(number, name, attributes.Status.Owner, attributes.Status.Group, Libc.SymlinkNoFollow), path);
            LayerTree.Check(Libc.ChangeModeAt(number, name, attributes.Status.Mode & FileModes.Permissions, 0), path);
            foreach (var (key, value) in attributes.Extended)
                LayerTree.Check(Libc.SetAttribute(TarPath.Bytes($"/proc/self/fd/{number}/{path}"), TarPath.Bytes(key), value, value.Length, 0), path);
            _made[path] = new Libc.FileTimes(attributes.Status.ModifiedSeconds, attributes.Status.ModifiedNanoseconds);
        }
    }
}
