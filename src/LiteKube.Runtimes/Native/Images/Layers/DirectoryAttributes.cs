using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>Mode, owner, times and extended attributes of a directory, without what overlayfs keeps there for itself.</summary>
internal sealed record DirectoryAttributes(Libc.FileStatus Status, IReadOnlyDictionary<string, byte[]> Extended)
{
    private const int MostBytes = 64 << 10;
    private const string OverlayPrefix = "trusted.overlay.";

    /// <param name="handle">Need not be open for reading.</param>
    public static DirectoryAttributes Of(SafeFileHandle handle)
    {
        var path = TarPath.Bytes($"/proc/self/fd/{LayerTree.Number(handle)}");
        var names = new byte[MostBytes];
        var length = Libc.ListAttributes(path, names, names.Length);
        if (length < 0)
            return Marshal.GetLastPInvokeError() is var error and not Libc.NotSupported ? throw LayerTree.Failed("", error) : new DirectoryAttributes(MergedLayers.Status(handle), new Dictionary<string, byte[]>());
        var extended = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in Encoding.Latin1.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(n => !n.StartsWith(OverlayPrefix, StringComparison.Ordinal)))
        {
            var value = new byte[MostBytes];
            var size = Libc.GetAttribute(path, TarPath.Bytes(name), value, value.Length);
            LayerTree.Check((int)size, name);
            extended[name] = value[..(int)size];
        }

        return new DirectoryAttributes(MergedLayers.Status(handle), extended);
    }

    /// <summary>But for the times, which no program relies on where a layer leaves them open.</summary>
    public bool SameAs(DirectoryAttributes other) =>
        (Status.Mode, Status.Owner, Status.Group) == (other.Status.Mode, other.Status.Owner, other.Status.Group)
        && Extended.Count == other.Extended.Count && Extended.All(e => other.Extended.TryGetValue(e.Key, out var value) && value.AsSpan().SequenceEqual(e.Value));
}
