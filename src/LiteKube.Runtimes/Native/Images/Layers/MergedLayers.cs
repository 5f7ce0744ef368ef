using System.Runtime.InteropServices;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>An image's layers, lowest first, as overlayfs will show them together: looked at without a mount.</summary>
internal sealed class MergedLayers : IDisposable
{
    private static readonly Libc.OpenHow s_look = new(Libc.PathOnly | Libc.NoFollow | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
    private static readonly byte[] s_opaque = TarPath.Bytes("trusted.overlay.opaque");

    private readonly List<Layer> _layers;

    /// <param name="layers">With the directory of the files of each.</param>
    public MergedLayers(IEnumerable<(LayerRecord Record, string Files)> layers) =>
        _layers = [.. layers.Select(l => new Layer(LayerTree.OpenRoot(l.Files), l.Record.Implied.ToHashSet(StringComparer.Ordinal), l.Record.Links.DistinctBy(k => k.Path).ToDictionary(k => k.Path, k => k.Target, StringComparer.Ordinal)))];

    public int Count => _layers.Count;

    public IReadOnlyDictionary<string, string> LinksOf(int layer) => _layers[layer].Links;

    /// <summary>Directories that some layer has and does not describe.</summary>
    public IEnumerable<string> Implied => _layers.SelectMany(l => l.Implied).Distinct(StringComparer.Ordinal);

    /// <summary>What the layers below that one show there, links between layers followed; null for nothing. The caller's to dispose.</summary>
    public SafeFileHandle? Find(string path, int below)
    {
        for (var i = below - 1; i >= 0; i--)
        {
            using var look = Look(i, path);
            if (look.Here is not null)
                return look.IsWhiteout ? null : look.Take();
            if (!look.IsBlocked && _layers[i].Links.TryGetValue(path, out var target))
                return Find(target, i);
            if (look.IsBlocked || look.IsOpaque)
                return null;
        }

        return null;
    }

    /// <summary>Whether a link between layers that this layer has shows: nothing of its own and nothing above takes its place.</summary>
    public bool Shows(int layer, string path)
    {
        for (var i = _layers.Count - 1; i >= layer; i--)
        {
            using var look = Look(i, path);
            if (look.Here is not null || look.IsBlocked || (i > layer && (look.IsOpaque || _layers[i].Links.ContainsKey(path))))
                return false;
        }

        return true;
    }

    /// <summary>
    /// A directory that shows: the one that overlayfs takes the attributes of, and the one that describes it, which may lie below. Null where no
    /// directory shows there. The caller's to dispose.
    /// </summary>
    public (SafeFileHandle Shown, SafeFileHandle? Described)? FindDirectory(string path)
    {
        SafeFileHandle? shown = null;
        for (var i = _layers.Count - 1; i >= 0; i--)
        {
            using var look = Look(i, path);
            if (look.Here is not null)
            {
                if (!look.IsDirectory)
                    break;
                if (!_layers[i].Implied.Contains(path))
                    return shown is null ? (look.Take(), null) : (shown, look.Take());
                shown ??= look.Take();
            }

            if (look.IsBlocked || look.IsOpaque)
                break;
        }

        return shown is null ? null : (shown, null);
    }

    public void Dispose()
    {
        foreach (var layer in _layers)
            layer.Files.Dispose();
    }

    public static Libc.FileStatus Status(SafeFileHandle handle)
    {
        LayerTree.Check(Libc.Stat(LayerTree.Number(handle), [0], Libc.EmptyPath, Libc.StatBasic, out var status), "");
        return status;
    }

    /// <summary>Step by step: what is above decides what of the layers below shows.</summary>
    private Looked Look(int layer, string path)
    {
        var opaque = false;
        for (var end = NextEnd(path, 0); ; end = NextEnd(path, end + 1))
        {
            var descriptor = Libc.OpenAt2(LayerTree.Number(_layers[layer].Files), TarPath.Bytes(path[..end]), s_look);
            if (descriptor < 0)
                return Marshal.GetLastPInvokeError() is var error and not Libc.NoEntry ? throw LayerTree.Failed(path, error) : new Looked(null, default, false, opaque);
            var handle = new SafeFileHandle(descriptor, ownsHandle: true);
            var status = Status(handle);
            if (end == path.Length)
                return new Looked(handle, status, false, opaque);
            using (handle)
            {
                if (status.Kind != FileModes.Directory)
                    return new Looked(null, default, true, opaque);
                opaque |= Libc.GetAttribute(TarPath.Bytes($"/proc/self/fd/{descriptor}"), s_opaque, default, 0) > 0;
            }
        }
    }

    private static int NextEnd(string path, int from) => path.IndexOf('/', from) is >= 0 and var slash ? slash : path.Length;

    private sealed record Layer(SafeFileHandle Files, HashSet<string> Implied, Dictionary<string, string> Links);

    /// <param name="Here">What the layer has there itself.</param>
    /// <param name="IsBlocked">Something other than a directory is above.</param>
    /// <param name="IsOpaque">A directory above is, so that nothing of the layers below shows there. What is opaque itself hides what is in it only.</param>
    private sealed record Looked(SafeFileHandle? Here, Libc.FileStatus Status, bool IsBlocked, bool IsOpaque) : IDisposable
    {
        private bool _taken;

        public bool IsDirectory => Status.Kind == FileModes.Directory;

        public bool IsWhiteout => Status is { Kind: FileModes.Character, DeviceMajor: 0, DeviceMinor: 0 };

        public SafeFileHandle Take()
        {
            _taken = true;
            return Here!;
        }

        public void Dispose()
        {
            if (!_taken)
                Here?.Dispose();
        }
    }
}
