using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>
/// One thread that waits, by epoll, for descriptors that .NET has no asynchronous form of: pipes, terminals, processes, file notifications.
/// A descriptor can be waited for by one at a time; who reads and writes the same file holds two descriptors of it.
/// </summary>
internal sealed class Readiness : IDisposable
{
    private const int Add = 1;
    private const int Delete = 2;
    private const uint In = 1;
    private const uint Out = 4;
    private const uint OneShot = 1u << 30;
    private const int Batch = 64;
    private const int AlreadyThere = 17;

    // The kernel packs the structure on x86-64 only.
    private static readonly int s_keyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_eventSize = s_keyOffset + sizeof(long);

    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waits = new();
    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _stop;
    private readonly Thread _thread;
    private long _lastKey;

    public Readiness()
    {
        _epoll = new SafeFileHandle(Libc.EpollCreate(Libc.CloseOnExec), ownsHandle: true);
        _stop = new SafeFileHandle(Libc.EventDescriptor(0, Libc.CloseOnExec), ownsHandle: true);
        if (_epoll.IsInvalid || _stop.IsInvalid)
            throw Libc.Failure("epoll");
        Control(Add, (int)_stop.DangerousGetHandle(), In, 0);
        _thread = new Thread(Run) { IsBackground = true, Name = "readiness" };
        _thread.Start();
    }

    public Task ReadableAsync(SafeFileHandle handle, CancellationToken cancellationToken) => WaitAsync(handle, In, cancellationToken);

    public Task WritableAsync(SafeFileHandle handle, CancellationToken cancellationToken) => WaitAsync(handle, Out, cancellationToken);

    public void Dispose()
    {
        if (_stop.IsClosed)
            return;
        Span<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        _ = Libc.Write(_stop, one, one.Length);
        _thread.Join();
        foreach (var key in _waits.Keys)
        {
            if (_waits.TryRemove(key, out var wait))
                wait.TrySetException(new ObjectDisposedException(nameof(Readiness)));
        }

        _epoll.Dispose();
        _stop.Dispose();
    }

    private async Task WaitAsync(SafeFileHandle handle, uint events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var held = false;
        handle.DangerousAddRef(ref held);
        try
        {
            var descriptor = (int)handle.DangerousGetHandle();
            var key = Interlocked.Increment(ref _lastKey);
            var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits[key] = wait;
            await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), wait).ConfigureAwait(false);
            try
            {
                Control(Add, descriptor, events | OneShot, key);
                try
                {
                    await wait.Task.ConfigureAwait(false);
                }
                finally
                {
                    if (!_epoll.IsClosed)
                        Control(Delete, descriptor, 0, 0);
                }
            }
            finally
            {
                _waits.TryRemove(key, out _);
            }
        }
        finally
        {
            handle.DangerousRelease();
        }
    }

    private void Control(int operation, int descriptor, uint events, long key)
    {
        Span<byte> change = stackalloc byte[s_eventSize];
        MemoryMarshal.Write(change, events);
        MemoryMarshal.Write(change[s_keyOffset..], key);
        if (Libc.EpollControl(_epoll, operation, descriptor, change) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        throw error == AlreadyThere ? new InvalidOperationException("two wait for one descriptor") : Libc.Failure("epoll", error);
    }

    private void Run()
    {
        Span<byte> events = stackalloc byte[Batch * s_eventSize];
        while (true)
        {
            var count = Libc.EpollWait(_epoll, events, Batch, -1);
            for (var i = 0; i < count; i++)
            {
                var key = MemoryMarshal.Read<long>(events[((i * s_eventSize) + s_keyOffset)..]);
                if (key == 0)
                    return;
                if (_waits.TryGetValue(key, out var wait))
                    wait.TrySetResult();
            }

            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.Interrupted)
                Environment.FailFast("epoll_wait: " + Marshal.GetLastPInvokeErrorMessage());
        }
    }
}
