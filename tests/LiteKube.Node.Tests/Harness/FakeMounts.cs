using LiteKube.Node.Volumes;

namespace LiteKube.Node.Tests.Harness;

/// <summary>Keeps the books of mounts without making any.</summary>
internal sealed class FakeMounts : IMounts
{
    private readonly Lock _gate = new();
    private readonly List<string> _mounts = [];

    public Dictionary<string, long?> TmpfsSizes { get; } = [];

    public Dictionary<string, string> Bound { get; } = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
                return [.. _mounts];
        }
    }

    public IReadOnlyList<string> Below(string directory)
    {
        lock (_gate)
            return [.. _mounts.Where(m => m == directory || m.StartsWith(directory + "/", StringComparison.Ordinal))];
    }

    public void MountTmpfs(string path, long? sizeBytes)
    {
        lock (_gate)
        {
            _mounts.Add(path);
            TmpfsSizes[path] = sizeBytes;
        }
    }

    public void Bind(string source, string target)
    {
        lock (_gate)
        {
            _mounts.Add(target);
            Bound[target] = new FileInfo(source).LinkTarget ?? source;
        }
    }

    public void Unmount(string path)
    {
        lock (_gate)
            _mounts.Remove(path);
    }
}
