using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Images' seams: see <see cref="SeamBuilder"/>. They are named by the image's id, which says what the layers are.</summary>
internal sealed class SeamStore(StoreLayout layout, StoreLocks locks, LayerStore layers, ImageCatalog catalog, Action<string>? atStep)
{
    /// <summary>Keeps an image's seam, present or to come, from being swept.</summary>
    public IDisposable Claim(string imageId) => locks.Take(LockName.Layer(imageId), shared: true);

    /// <summary>Makes the seam where the image needs one. The caller claims it and the layers, which are here.</summary>
    /// <returns>Whether the image has one.</returns>
    /// <exception cref="Node.Runtime.RuntimeException">ImagePull: the layers do not fit together.</exception>
    public bool Make(string imageId, IReadOnlyList<string> diffIds)
    {
        var records = layers.Shown(diffIds).Select(d => layers.Find(d) ?? throw new InvalidOperationException($"the layer {d} is claimed and not here")).ToList();
        if (records.Skip(1).All(r => r.Implied.Count == 0) && records.All(r => r.Links.Count == 0))
            return false;

        // What has the name is whole, and could not come out otherwise.
        if (Directory.Exists(layout.Seam(imageId)))
            return true;
        using var work = layers.NewWork();
        var directory = Path.Combine(work.Path, "seam");
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, (UnixFileMode)FileModes.ImpliedDirectory);
        using (var merged = new MergedLayers(records.Select(r => (r, layers.FilesOf(r.DiffId)))))
        using (var builder = new SeamBuilder(merged, directory))
        {
            if (!builder.Build())
                return false;
        }

        work.Sync();
        try
        {
            StoreFiles.Rename(directory, layout.Seam(imageId));
            atStep?.Invoke("seam named");
        }
        catch (IOException) when (Directory.Exists(layout.Seam(imageId)))
        {
            // Another process was faster.
            return true;
        }

        return true;
    }

    /// <summary>Removes those that no image has.</summary>
    public void SweepAll()
    {
        foreach (var directory in Directory.EnumerateDirectories(layout.Seams))
            Sweep(directory, Path.GetFileName(directory));
    }

    public void Sweep(string imageId)
    {
        if (Directory.Exists(layout.Seam(imageId)))
            Sweep(layout.Seam(imageId), imageId);
    }

    private void Sweep(string directory, string imageId)
    {
        using var alone = locks.TryTake(LockName.Layer(imageId), shared: false);
        if (alone is null || catalog.Images().Any(i => i.HasSeam && layout.Seam(i.Id) == directory) || MountedLayers.Contain(Path.GetFileName(directory)))
            return;
        using var work = layers.NewWork();
        try
        {
            StoreFiles.Rename(directory, Path.Combine(work.Path, "seam"));
            atStep?.Invoke("seam unnamed");
        }
        catch (IOException) when (!Directory.Exists(directory))
        {
            // It is gone already.
            return;
        }
    }
}
