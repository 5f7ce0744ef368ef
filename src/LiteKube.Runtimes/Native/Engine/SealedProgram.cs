using System.Runtime.InteropServices;
using LiteKube.Runtimes.Native.Kernel;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>
/// The engine as a file in memory that nobody can write. An engine may not be reachable from a container by its own file (CVE-2019-5736), so it copies
/// itself and starts anew from the copy each time it is called, unless it was started from one already: that is a third of what an exec costs.
/// A newer version of the program is copied when it is next called.
/// </summary>
internal sealed class SealedProgram(string path) : IDisposable
{
    private readonly Lock _copying = new();
    private volatile Copy? _current;
    private bool _isRefused;

    /// <summary>Starts the copy, or the program itself where the machine does not run programs from memory.</summary>
    /// <exception cref="IOException">It cannot be started.</exception>
    public ChildProcess Start(ChildStart start, Readiness readiness)
    {
        if (Current() is not { } copy)
            return ChildProcess.Start(start with { Program = path }, readiness);
        try
        {
            return ChildProcess.Start(start with { Program = copy.Path, Name = path }, readiness);
        }
        catch (IOException)
        {
            var child = ChildProcess.Start(start with { Program = path }, readiness);
            Volatile.Write(ref _isRefused, true);
            return child;
        }
        finally
        {
            // Until here the descriptor that the path names is this copy's.
            GC.KeepAlive(copy);
        }
    }

    public void Dispose() => _current?.File.Dispose();

    private Copy? Current()
    {
        if (Volatile.Read(ref _isRefused) || ProgramVersion.Of(path) is not { } version)
            return null;
        if (_current is { } ready && ready.Version == version)
            return ready;
        lock (_copying)
        {
            if (_current is { } raced && raced.Version == version)
                return raced;

            // One replaced may be about to be started, so it is left to the finalizer.
            return _current = Make(version);
        }
    }

    private Copy? Make(ProgramVersion version)
    {
        const int AddSeals = 1033;
        const int AllSeals = 0xF;
        var program = File.ReadAllBytes(path);

        // A script's interpreter would look for the copy when its descriptor is closed already.
        if (!program.AsSpan().StartsWith("\u007fELF"u8))
            return null;
        var file = Libc.MemoryFile(Path.GetFileName(path));
        if (file.IsInvalid)
        {
            file.Dispose();
            _isRefused = true;
            return null;
        }

        RandomAccess.Write(file, program, 0);
        var descriptor = (int)file.DangerousGetHandle();
        Libc.Check(Libc.Control(descriptor, AddSeals, AllSeals), "fcntl");
        return new Copy(version, file, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}"));
    }

    private sealed record Copy(ProgramVersion Version, SafeFileHandle File, string Path);

    /// <summary>Differs once the file was written or replaced.</summary>
    private readonly record struct ProgramVersion(ulong Device, ulong Inode, long Size, Int128 Changed)
    {
        public static ProgramVersion? Of(string path)
        {
            const int SizeAt = 48;
            const int ChangedAt = 104;
            Span<byte> stat = stackalloc byte[256];
            if (Libc.Stat(path, stat) != 0)
                return null;
            var status = FileStatus.Parse(stat);
            return new ProgramVersion(status.Device, status.Inode, MemoryMarshal.Read<long>(stat[SizeAt..]), MemoryMarshal.Read<Int128>(stat[ChangedAt..]));
        }
    }
}
