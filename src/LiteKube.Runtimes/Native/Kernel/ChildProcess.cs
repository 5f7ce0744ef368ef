using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>
/// A program started by posix_spawn: it gets exactly the descriptors it is given, which <see cref="System.Diagnostics.Process"/> cannot say, and its
/// end is known by a descriptor, not by a signal.
/// </summary>
internal sealed partial class ChildProcess
{
    private const short SetSignalDefault = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Larger than glibc's structures on any architecture (336, 80, 128 bytes).
    private const int StructureSize = 512;

    private const int DuplicateAbove = 1030;
    private const int FirstPrivateDescriptor = 64;

    private readonly Task<int> _exited;

    private ChildProcess(int pid, SafeFileHandle pidfd, Readiness readiness)
    {
        Pid = pid;
        _exited = WaitAsync(pid, pidfd, readiness);
    }

    public int Pid { get; }

    /// <summary>The exit code, 128 and the signal's number where a signal ended it.</summary>
    public Task<int> Exited => _exited;

    /// <exception cref="IOException">It cannot be started.</exception>
    public static ChildProcess Start(ChildStart start, Readiness readiness)
    {
        using var memory = new NativeMemory();
        var actions = memory.Take(StructureSize);
        var attributes = memory.Take(StructureSize);
        var signals = memory.Take(StructureSize);
        Check(ActionsInit(actions), "posix_spawn");
        Check(AttributesInit(attributes), "posix_spawn");
        var copies = new List<SafeFileHandle>();
        try
        {
            // .NET ignores SIGPIPE and handles others; children begin with none of that.
            _ = SignalsEmpty(signals);
            Check(AttributesSetMask(attributes, signals), "posix_spawn");
            _ = SignalsFill(signals);
            Check(AttributesSetDefault(attributes, signals), "posix_spawn");
            Check(AttributesSetFlags(attributes, (short)(SetSignalDefault | SetSignalMask | (start.NewSession ? SetSession : 0))), "posix_spawn");
            foreach (var (target, path, flags) in start.Files)
                Check(ActionsAddOpen(actions, target, memory.Text(path), flags, 0x1A4), "posix_spawn");
            foreach (var (target, source) in start.Descriptors)
            {
                // A copy far from the targets, so that no dup2 overwrites what a later one needs.
                var copy = Libc.Control((int)source.DangerousGetHandle(), DuplicateAbove, FirstPrivateDescriptor);
                Libc.Check(copy, "fcntl");
                copies.Add(new SafeFileHandle(copy, ownsHandle: true));
                Check(ActionsAddDuplicate(actions, copy, target), "posix_spawn");
            }

            if (start.WorkingDirectory is { } directory)
                Check(ActionsAddChangeDirectory(actions, memory.Text(directory)), "posix_spawn");
            Check(Spawn(out var pid, memory.Text(start.Program), actions, attributes, memory.Texts([start.Name ?? start.Program, .. start.Arguments]), memory.Texts(start.Environment)), $"start {start.Name ?? start.Program}");
            var pidfd = Libc.PidfdOpen(pid);
            Libc.Check(pidfd, "pidfd_open");
            return new ChildProcess(pid, new SafeFileHandle(pidfd, ownsHandle: true), readiness);
        }
        finally
        {
            foreach (var copy in copies)
                copy.Dispose();
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    private static async Task<int> WaitAsync(int pid, SafeFileHandle pidfd, Readiness readiness)
    {
        using (pidfd)
            await readiness.ReadableAsync(pidfd, CancellationToken.None).ConfigureAwait(false);
        int waited, status;
        do
            waited = Libc.WaitPid(pid, out status, 0);
        while (waited < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
        if (waited != pid)
            throw Libc.Failure("waitpid");
        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw Libc.Failure(what, error);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(out int pid, nint path, nint actions, nint attributes, nint arguments, nint environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(nint actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDuplicate(nint actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    private static partial int ActionsAddOpen(nint actions, int target, nint path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    private static partial int ActionsAddChangeDirectory(nint actions, nint path);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(nint attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(nint attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(nint attributes, nint signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefault(nint attributes, nint signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int SignalsEmpty(nint signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int SignalsFill(nint signals);

    /// <summary>What a call needs for its time.</summary>
    private sealed class NativeMemory : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public nint Take(int size)
        {
            var block = Marshal.AllocHGlobal(size);
            _blocks.Add(block);
            return block;
        }

        public nint Text(string text)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(text);
            var block = Take(bytes.Length + 1);
            Marshal.Copy(bytes, 0, block, bytes.Length);
            Marshal.WriteByte(block, bytes.Length, 0);
            return block;
        }

        public nint Texts(IReadOnlyList<string> texts)
        {
            var block = Take((texts.Count + 1) * nint.Size);
            for (var i = 0; i < texts.Count; i++)
                Marshal.WriteIntPtr(block, i * nint.Size, Text(texts[i]));
            Marshal.WriteIntPtr(block, texts.Count * nint.Size, 0);
            return block;
        }

        public void Dispose()
        {
            foreach (var block in _blocks)
                Marshal.FreeHGlobal(block);
        }
    }
}
