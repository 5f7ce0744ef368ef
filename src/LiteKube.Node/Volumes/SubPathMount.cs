using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LiteKube.Node.Volumes;

/// <summary>
/// A part of a volume as a mount of its own. The kernel resolves the path beneath the volume's root (openat2, RESOLVE_BENEATH), so that no link
/// that a container plants leads out of it, also not in the moment between check and use: what was opened is what is mounted.
/// </summary>
internal sealed partial class SubPathMount(IMounts mounts)
{
    private const long OpenAt2 = 437;
    private const ulong PathOnly = 0x200000;
    private const ulong CloseOnExec = 0x80000;
    private const ulong ResolveBeneath = 8;
    private const ulong ResolveNoMagicLinks = 2;
    private const int NotFound = 2;
    private const int NotSupported = 38;
    private const int Exists = 17;
    private const int AtCurrentDirectory = -100;

    /// <summary>Mounts <c>volumeRoot/subPath</c> on <paramref name="target"/>, making it a directory where it is missing.</summary>
    /// <exception cref="VolumeException">The path leads out of the volume, or cannot be opened.</exception>
    public void Mount(string volumeRoot, string subPath, string target)
    {
        var root = Open(AtCurrentDirectory, volumeRoot, 0);
        try
        {
            var opened = OpenOrMake(root, subPath, File.GetUnixFileMode(volumeRoot));
            try
            {
                var source = $"/proc/self/fd/{opened}";
                if (mounts.Below(target).Contains(target))
                    mounts.Unmount(target);
                Prepare(target, FileKind.Of(source) == FileKind.Directory);
                mounts.Bind(source, target);
            }
            finally
            {
                _ = Close(opened);
            }
        }
        finally
        {
            _ = Close(root);
        }
    }

    private static int OpenOrMake(int root, string subPath, UnixFileMode mode)
    {
        var opened = TryOpen(root, subPath, ResolveBeneath | ResolveNoMagicLinks);
        if (opened >= 0)
            return opened;
        if (opened != -NotFound)
            throw Failure(subPath, -opened);

        // Make what is missing, part by part, each part opened by the same rule before the next is made in it.
        var parts = subPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var directory = Open(root, ".", ResolveBeneath);
        foreach (var part in parts)
        {
            var next = TryOpen(directory, part, ResolveBeneath | ResolveNoMagicLinks);
            if (next == -NotFound)
            {
                if (MakeDirectoryAt(directory, part, 0b111_101_000) != 0 && Marshal.GetLastPInvokeError() is var error and not Exists)
                {
                    _ = Close(directory);
                    throw Failure(subPath, error);
                }

                next = TryOpen(directory, part, ResolveBeneath | ResolveNoMagicLinks);

                // As open as the volume itself, so that whoever may write to that may write here.
                if (next >= 0)
                    File.SetUnixFileMode($"/proc/self/fd/{next}", mode);
            }

            _ = Close(directory);
            if (next < 0)
                throw Failure(subPath, -next);
            directory = next;
        }

        return directory;
    }

    private static void Prepare(string target, bool directory)
    {
        if (directory)
        {
            Directory.CreateDirectory(target);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!File.Exists(target))
            File.WriteAllBytes(target, []);
    }

    private static int Open(int directory, string path, ulong resolve)
    {
        var opened = TryOpen(directory, path, resolve);
        return opened >= 0 ? opened : throw Failure(path, -opened);
    }

    private static VolumeException Failure(string path, int error) => error == NotSupported
        ? new VolumeException("subPath needs openat2, which this kernel lacks (Linux 5.6 or later has it)")
        : new VolumeException($"subPath \"{path}\" cannot be opened within its volume: {new Win32Exception(error).Message}");

    /// <returns>A descriptor, or the negated error.</returns>
    private static unsafe int TryOpen(int directory, string path, ulong resolve)
    {
        var how = new OpenHow { Flags = PathOnly | CloseOnExec, Resolve = resolve };
        var result = Syscall(OpenAt2, directory, path, &how, sizeof(OpenHow));
        return result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial long Syscall(long number, long directory, string path, OpenHow* how, long size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryAt(int directory, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
