using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>A terminal whose outer side is ours: what is written there the program reads, and the other way round.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const nuint SetWindowSize = 0x5414;
    private const int SetStatusFlags = 4;
    private const int DuplicateCloseOnExec = 1030;
    private const int AttributesSize = 128;

    private readonly SafeFileHandle _control;
    private readonly SafeFileHandle? _program;

    private PseudoTerminal(SafeFileHandle control, string? path, SafeFileHandle? program, Readiness readiness)
    {
        _control = control;
        _program = program;
        Path = path;
        Input = new PipeStream(Copy(), readiness, forWriting: true);
        Output = new PipeStream(Copy(), readiness, forWriting: false);
    }

    /// <summary>The program's side: <c>/dev/pts/…</c>; null where that is inside a container.</summary>
    public string? Path { get; }

    public PipeStream Input { get; }

    public PipeStream Output { get; }

    /// <exception cref="IOException">There are no terminals left, or none at all.</exception>
    public static PseudoTerminal Open(Readiness readiness)
    {
        var descriptor = OpenTerminal(Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        Libc.Check(descriptor, "open a terminal");
        var control = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            Span<byte> name = stackalloc byte[64];
            Libc.Check(Grant(descriptor) | Unlock(descriptor), "open a terminal");
            if (NameOf(descriptor, name, name.Length) != 0)
                throw Libc.Failure("open a terminal");
            Libc.Check(Libc.Control(descriptor, SetStatusFlags, Libc.NonBlocking), "fcntl");
            var path = System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
            return new PseudoTerminal(control, path, OpenRaw(path), readiness);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>One that an engine made inside a container; taken over, also where this fails.</summary>
    /// <exception cref="IOException">It is none.</exception>
    public static PseudoTerminal Inside(SafeFileHandle control, Readiness readiness)
    {
        try
        {
            Libc.Check(Libc.Control((int)control.DangerousGetHandle(), SetStatusFlags, Libc.NonBlocking), "fcntl");
            return new PseudoTerminal(control, null, null, readiness);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <summary>The kernel tells the program by SIGWINCH.</summary>
    public void Resize(int width, int height) => Resize(_control, width, height);

    /// <summary>The terminal that a process has as its stdin. Nothing where that is none.</summary>
    public static void ResizeOf(int pid, int width, int height)
    {
        using var terminal = new SafeFileHandle(Libc.Open($"/proc/{pid}/fd/0", Libc.ReadWrite | Libc.NoControllingTerminal | Libc.NonBlocking | Libc.CloseOnExec), ownsHandle: true);
        if (!terminal.IsInvalid)
            Resize(terminal, width, height);
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        _control.Dispose();
        _program?.Dispose();
    }

    private static void Resize(SafeFileHandle terminal, int width, int height)
    {
        Span<byte> size = stackalloc byte[8];
        size.Clear();
        MemoryMarshal.Write(size, (ushort)height);
        MemoryMarshal.Write(size[2..], (ushort)width);
        Libc.Check(Libc.DeviceControl((int)terminal.DangerousGetHandle(), SetWindowSize, size), "resize a terminal");
    }

    /// <summary>
    /// Bytes pass unchanged: the terminal that a user sees is the one inside the container. It stays so for as long as the program's side is open, which
    /// is therefore kept.
    /// </summary>
    private static SafeFileHandle OpenRaw(string path)
    {
        var terminal = new SafeFileHandle(Libc.Open(path, Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec), ownsHandle: true);
        if (terminal.IsInvalid)
            throw Libc.Failure($"open {path}");
        Span<byte> attributes = stackalloc byte[AttributesSize];
        try
        {
            Libc.Check(GetAttributes(terminal, attributes), "tcgetattr");
            SetRaw(attributes);
            Libc.Check(SetAttributes(terminal, 0, attributes), "tcsetattr");
            return terminal;
        }
        catch
        {
            terminal.Dispose();
            throw;
        }
    }

    private SafeFileHandle Copy()
    {
        var copy = Libc.Control((int)_control.DangerousGetHandle(), DuplicateCloseOnExec, 3);
        Libc.Check(copy, "fcntl");
        return new SafeFileHandle(copy, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int GetAttributes(SafeFileHandle descriptor, Span<byte> attributes);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int SetAttributes(SafeFileHandle descriptor, int when, ReadOnlySpan<byte> attributes);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void SetRaw(Span<byte> attributes);
}
