using LiteKube.Runtimes.Native.Images.Layers;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>A directory for unfinished work: gone when disposed, or at the next start after its owner died. One thread at a time writes into it.</summary>
internal sealed class WorkDirectory : IDisposable
{
    // The disk works while the processor unpacks, and no minute's worth of writes waits for the end.
    private const long WriteBehind = 32L << 20;

    private readonly IDisposable _held;

    // Open from the beginning: whatever the disk fails at after that, a sync by this handle says.
    private readonly SafeFileHandle _directory;
    private Task _writing = Task.CompletedTask;
    private long _waiting;

    public WorkDirectory(string path, IDisposable held)
    {
        Path = path;
        _held = held;
        Directory.CreateDirectory(path, StoreFiles.DirectoryMode);
        _directory = LayerTree.OpenRoot(path);
    }

    public string Path { get; }

    /// <summary>So many bytes more are to be written some time.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Wrote(long bytes)
    {
        _waiting += bytes;
        if (_waiting < WriteBehind || !_writing.IsCompleted)
            return;
        _writing.GetAwaiter().GetResult();
        _waiting = 0;
        _writing = Task.Run(() => StoreFiles.SyncFileSystem(_directory, Path));
    }

    /// <summary>Everything in it is on the disk afterwards: one sync for thousands of files costs less than one of each.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Sync()
    {
        _writing.GetAwaiter().GetResult();
        StoreFiles.SyncFileSystem(_directory, Path);
    }

    public void Dispose()
    {
        try
        {
            ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
            _directory.Dispose();
            FileTree.Delete(Path);
        }
        finally
        {
            _held.Dispose();
        }
    }
}
