using LiteKube.Runtimes.Native.Images.Layers;

namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>A directory for unfinished work: gone when disposed, or at the next start after its owner died.</summary>
internal sealed class WorkDirectory : IDisposable
{
    private readonly IDisposable _held;

    public WorkDirectory(string path, IDisposable held)
    {
        Path = path;
        _held = held;
        Directory.CreateDirectory(path, StoreFiles.DirectoryMode);
    }

    public string Path { get; }

    public void Dispose()
    {
        try
        {
            FileTree.Delete(Path);
        }
        finally
        {
            _held.Dispose();
        }
    }
}
