using System.Runtime.InteropServices;
using LiteKube.Node.Runtime;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Images.Layers;

/// <summary>
/// The directory that a layer is unpacked into. Every path is resolved by the kernel below that directory: a symbolic link that leads out of it is an
/// error, so an archive cannot reach anything else however it arranges its entries.
/// </summary>
internal sealed class LayerTree(SafeFileHandle root, LayerLimits limits) : IDisposable
{
    // What a short name takes beside its letters.
    private const int Overhead = 64;

    private static readonly Libc.OpenHow s_directory = new(Libc.PathOnly | Libc.DirectoryFlag | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoMagicLinks);

    // Archives name the files of one directory one after the other.
    private string? _lastPath;
    private SafeFileHandle? _last;
    private long _remembered;

    /// <summary>Directories that were made although the archive had no entry of them.</summary>
    public HashSet<string> Implied { get; } = new(StringComparer.Ordinal);

    public static SafeFileHandle OpenRoot(string path)
    {
        var handle = new SafeFileHandle(Libc.OpenAt(0, System.Text.Encoding.UTF8.GetBytes(path + "\0"), Libc.ReadOnly | Libc.DirectoryFlag | Libc.CloseOnExec, 0), ownsHandle: true);
        return handle.IsInvalid ? throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}") : handle;
    }

    /// <summary>The directory, made where it is missing. Valid until the next call.</summary>
    public SafeFileHandle Directory(TarPath path, string entry)
    {
        if (path.IsRoot)
            return root;
        if (_lastPath == path.Value)
            return _last!;
        var handle = TryOpen(path, entry) ?? Make(path, entry);
        Forget();
        (_lastPath, _last) = (path.Value, handle);
        return handle;
    }

    /// <summary>The directory where it is there.</summary>
    public SafeFileHandle? TryOpen(TarPath path, string entry)
    {
        var descriptor = Libc.OpenAt2(Number(root), TarPath.Bytes(path.IsRoot ? "." : path.Value), s_directory);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        return Marshal.GetLastPInvokeError() switch
        {
            Libc.NoEntry => null,
            Libc.CrossDevice => throw LayerRefusal.Entry(entry, "leads out of the layer by a symbolic link"),
            Libc.Loop => throw LayerRefusal.Entry(entry, "leads through a loop of symbolic links"),
            Libc.NotDirectory => throw LayerRefusal.Entry(entry, "is below something that is not a directory"),
            Libc.NameTooLong => throw LayerRefusal.Entry(entry, "has too long a path"),
            Libc.NoSystemCall => throw new RuntimeException(RuntimeError.Failed, "this kernel has no openat2 system call, which images are unpacked safely with: Linux 5.6 or later is needed"),
            var error => throw Failed(path.Value, error),
        };
    }

    /// <summary>Counts what is kept in memory until the layer's end.</summary>
    public void Remember(TarPath path, string entry)
    {
        _remembered += path.Value.Length + Overhead;
        if (_remembered > limits.MaxDirectoryNames)
            throw LayerRefusal.Entry(entry, $"makes the layer's directories have names of more than {limits.MaxDirectoryNames} bytes together");
    }

    /// <summary>Directories may have moved.</summary>
    public void Forget()
    {
        _last?.Dispose();
        (_lastPath, _last) = (null, null);
    }

    public void Dispose()
    {
        Forget();
        root.Dispose();
    }

    public static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    /// <exception cref="RuntimeException">The call before failed.</exception>
    public static void Check(int result, string path)
    {
        if (result < 0)
            throw Failed(path, Marshal.GetLastPInvokeError());
    }

    public static RuntimeException Failed(string path, int error) => error is Libc.NoSpace or Libc.QuotaExceeded
        ? new RuntimeException(RuntimeError.ImagePull, "no space is left on the disk that images are kept on: remove images (litekube images prune) or make the disk larger")
        : LayerRefusal.Entry(path, $"cannot be made: {Marshal.GetPInvokeErrorMessage(error)}");

    private SafeFileHandle Make(TarPath path, string entry)
    {
        var parent = path.Parent;
        using var above = TryOpen(parent, entry) ?? Make(parent, entry);
        var name = TarPath.Bytes(path.Name);
        if (Libc.MakeDirectoryAt(Number(above), name, FileModes.ImpliedDirectory) == 0)
        {
            Check(Libc.ChangeModeAt(Number(above), name, FileModes.ImpliedDirectory, 0), entry);
            Check(Libc.ChangeOwnerAt(Number(above), name, 0, 0, Libc.SymlinkNoFollow), entry);
            Remember(path, entry);
            Implied.Add(path.Value);
        }
        else if (Marshal.GetLastPInvokeError() is var error and not Libc.Exists)
        {
            throw Failed(entry, error);
        }

        // It is there and cannot be entered: a symbolic link that leads nowhere.
        return TryOpen(path, entry) ?? throw LayerRefusal.Entry(entry, "is below a symbolic link that leads nowhere");
    }
}
