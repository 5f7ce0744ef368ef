using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>
/// Which images there are and what they are called, a small file each. Read from disk at every question, so that all processes that use the store
/// see the same; changed under <see cref="LockName.Catalog"/> only.
/// </summary>
/// <param name="users">Says who has containers of an image; null where nobody is known.</param>
internal sealed class ImageCatalog(StoreLayout layout, StoreLocks locks, TimeProvider time, Func<string, string?>? users, Action<string>? atStep)
{
    public ImageRecord? Find(string id) => Read(layout.Image(id), StoreJson.Default.ImageRecord);

    public ReferenceRecord? FindReference(string name) => Read(layout.Reference(name), StoreJson.Default.ReferenceRecord);

    public IReadOnlyList<ImageRecord> Images() => ReadAll(layout.Images, StoreJson.Default.ImageRecord);

    public IReadOnlyList<ReferenceRecord> References() => ReadAll(layout.References, StoreJson.Default.ReferenceRecord);

    public byte[] ReadConfig(string id) => File.ReadAllBytes(layout.Blob(id));

    /// <summary>Makes an image visible. Its layers are unpacked, durable and claimed by the caller.</summary>
    public void Commit(ImageRecord image, ReadOnlySpan<byte> config, IEnumerable<string> names, bool pinned)
    {
        using var held = locks.Take(LockName.Catalog, shared: false);

        // In this order: whoever sees a name finds the image, and whoever sees the image finds its configuration.
        StoreFiles.Write(layout.Blob(image.Id), config);
        atStep?.Invoke("configuration written");
        StoreFiles.Write(layout.Image(image.Id), JsonSerializer.SerializeToUtf8Bytes(image, StoreJson.Default.ImageRecord));
        atStep?.Invoke("image written");
        foreach (var name in names)
            WriteReference(name, image.Id, pinned);
    }

    /// <summary>False where the image went in the meantime.</summary>
    public bool TryName(string id, IEnumerable<string> names, bool pinned)
    {
        using var held = locks.Take(LockName.Catalog, shared: false);
        if (Find(id) is null)
            return false;
        foreach (var name in names)
            WriteReference(name, id, pinned);
        return true;
    }

    /// <summary>Takes one name away. False where there was none.</summary>
    public bool Unname(string name)
    {
        using var held = locks.Take(LockName.Catalog, shared: false);
        if (FindReference(name) is null)
            return false;
        StoreFiles.Delete(layout.Reference(name));
        return true;
    }

    /// <summary>The image with all its names; the layers are the caller's business. Null where it was not there.</summary>
    /// <param name="isMounted">Whether a container's root file system has the image's layers.</param>
    /// <exception cref="RuntimeException">Someone holds it.</exception>
    public ImageRecord? Remove(string id, Func<ImageRecord, bool> isMounted)
    {
        using var alone = locks.TryTake(LockName.Image(id), shared: false) ?? throw InUse(id);
        using var held = locks.Take(LockName.Catalog, shared: false);
        if (Find(id) is not { } image)
            return null;
        if (isMounted(image))
            throw InUse(id);
        foreach (var reference in References().Where(r => r.ImageId == id))
        {
            StoreFiles.Delete(layout.Reference(reference.Name));
            atStep?.Invoke("reference removed");
        }

        StoreFiles.Delete(layout.Image(id));
        atStep?.Invoke("image removed");
        StoreFiles.Delete(layout.Blob(id));
        return image;
    }

    /// <summary>Drops what a commit or a removal that was cut short has left.</summary>
    public void Recover()
    {
        using var held = locks.Take(LockName.Catalog, shared: false);
        foreach (var aside in new[] { layout.Blobs, layout.Images, layout.References, layout.Bundles }.SelectMany(d => Directory.EnumerateFiles(d, "*.new")))
            File.Delete(aside);
        foreach (var image in Images().Where(i => !File.Exists(layout.Blob(i.Id)) || i.Layers.Any(l => !Directory.Exists(layout.Layer(l)))))
            File.Delete(layout.Image(image.Id));
        var ids = Images().Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var reference in References().Where(r => !ids.Contains(r.ImageId)))
            File.Delete(layout.Reference(reference.Name));
        var blobs = ids.Select(layout.Blob).ToHashSet(StringComparer.Ordinal);
        foreach (var blob in Directory.EnumerateFiles(layout.Blobs).Where(b => !blobs.Contains(b)))
            File.Delete(blob);
    }

    private RuntimeException InUse(string id) => new(RuntimeError.Failed, $"image {id} is in use by {users?.Invoke(id) ?? "a container"}");

    private void WriteReference(string name, string id, bool pinned)
    {
        var old = FindReference(name);
        if (old is not null && old.ImageId == id && (old.Pinned || !pinned))
            return;
        var record = new ReferenceRecord(name, id, pinned, time.GetUtcNow());
        StoreFiles.Write(layout.Reference(name), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.ReferenceRecord));
        atStep?.Invoke("reference written");
    }

    private static List<T> ReadAll<T>(string directory, JsonTypeInfo<T> type)
        where T : class => [.. Directory.EnumerateFiles(directory, "*.json").Select(f => Read(f, type)).OfType<T>()];

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
