namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>Blobs on their way, kept when a download breaks off so that it can go on, also after a restart.</summary>
internal sealed class PartialDownloads(StoreLayout layout, StoreLocks locks, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits while another process downloads the same.</summary>
    public async Task<PartialDownload> TakeAsync(string digest, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (locks.TryTake(LockName.Download(digest), shared: false) is { } held)
                return new PartialDownload(layout.Download(digest), held);
            await Task.Delay(s_look, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Drops what nobody has gone on with for so long.</summary>
    public void Sweep(TimeSpan keep)
    {
        foreach (var file in new DirectoryInfo(layout.Downloads).EnumerateFiles())
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc < keep)
                continue;
            using var held = locks.TryTake(LockName.Download(file.Name), shared: false);
            if (held is not null)
                file.Delete();
        }
    }
}

/// <summary>One blob on its way. The file stays unless deleted.</summary>
internal sealed class PartialDownload(string path, IDisposable held) : IDisposable
{
    public string Path => path;

    public void Delete() => File.Delete(path);

    public void Dispose() => held.Dispose();
}
