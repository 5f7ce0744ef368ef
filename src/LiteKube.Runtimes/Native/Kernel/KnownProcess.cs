using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>A process by its number and the time it began, in the kernel's ticks since boot: numbers are used again, pairs are not until the next boot.</summary>
internal readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    public static readonly ProcessIdentity None = default;

    /// <summary>None where there is no such process, or only its remains.</summary>
    public static ProcessIdentity Of(int pid)
    {
        if (pid <= 0 || ReadStat(pid) is not { } stat)
            return None;

        // The name, in parentheses, may hold anything; fields count from after it, the first of them being the third.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields is [not ("Z" or "X"), ..] && fields.Length > 19 ? new ProcessIdentity(pid, long.Parse(fields[19], CultureInfo.InvariantCulture)) : None;
    }

    public bool IsAlive => Pid > 0 && Of(Pid) == this;

    private static string? ReadStat(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>A hold on a process that need not be our child: its end is told, and signals reach it or nobody.</summary>
internal sealed class KnownProcess : IDisposable
{
    private readonly SafeFileHandle _descriptor;
    private readonly CancellationTokenSource _disposed = new();

    private KnownProcess(SafeFileHandle descriptor, ProcessIdentity identity)
    {
        _descriptor = descriptor;
        Identity = identity;
    }

    public ProcessIdentity Identity { get; }

    /// <summary>Null where that process has ended.</summary>
    public static KnownProcess? Open(ProcessIdentity identity)
    {
        if (identity.Pid <= 0)
            return null;
        var descriptor = Libc.PidfdOpen(identity.Pid);
        if (descriptor < 0)
            return null;
        var process = new KnownProcess(new SafeFileHandle(descriptor, ownsHandle: true), identity);

        // Looked at after the descriptor is there, so that the number cannot change hands in between.
        if (identity.IsAlive)
            return process;
        process.Dispose();
        return null;
    }

    public Task WaitAsync(Readiness readiness) => readiness.ReadableAsync(_descriptor, _disposed.Token);

    /// <summary>False where it has ended.</summary>
    public bool Signal(int signal)
    {
        var held = false;
        try
        {
            _descriptor.DangerousAddRef(ref held);
            return Libc.PidfdSendSignal((int)_descriptor.DangerousGetHandle(), signal) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (held)
                _descriptor.DangerousRelease();
        }
    }

    public void Dispose()
    {
        if (!_disposed.IsCancellationRequested)
            _disposed.Cancel();
        _descriptor.Dispose();
    }
}
