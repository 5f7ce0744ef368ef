using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>One end of a pipe or terminal, non-blocking, read or written but not both. Disposing it ends a wait in it.</summary>
internal sealed class PipeStream(SafeFileHandle handle, Readiness readiness, bool forWriting) : Stream
{
    private readonly CancellationTokenSource _closed = new();

    public override bool CanRead => !forWriting;

    public override bool CanWrite => forWriting;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Two ends of a new pipe: ours, and the one for a child, which blocks as programs expect.</summary>
    public static (PipeStream Ours, SafeFileHandle Theirs) Create(Readiness readiness, bool weWrite)
    {
        const int SetStatusFlags = 4;
        Span<int> ends = stackalloc int[2];
        Libc.Check(Libc.Pipe(ends, Libc.CloseOnExec), "pipe");
        var (ours, theirs) = weWrite ? (ends[1], ends[0]) : (ends[0], ends[1]);
        Libc.Check(Libc.Control(ours, SetStatusFlags, Libc.NonBlocking), "fcntl");
        return (new PipeStream(new SafeFileHandle(ours, ownsHandle: true), readiness, weWrite), new SafeFileHandle(theirs, ownsHandle: true));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = TryRead(buffer.Span);
            if (read >= 0)
                return read;
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Bytes read; 0 at the end; -1 where there is nothing now.</returns>
    public int TryRead(Span<byte> buffer)
    {
        while (true)
        {
            var read = (int)Libc.Read(handle, buffer, buffer.Length);
            if (read >= 0)
                return read;
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.Again:
                    return -1;
                case Libc.InputOutput:
                    // A terminal whose other side is closed.
                    return 0;
                case Libc.Interrupted:
                    continue;
                default:
                    throw Libc.Failure("read");
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var written = (int)Libc.Write(handle, buffer.Span, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.Again)
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            else if (error != Libc.Interrupted)
                throw Libc.Failure("write", error);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("pipes are read asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("pipes are written asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !handle.IsClosed)
        {
            // Closing comes last: a wait in progress keeps the descriptor open until it has seen the end.
            _closed.Cancel();
            handle.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            await (forWriting ? readiness.WritableAsync(handle, either.Token) : readiness.ReadableAsync(handle, either.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(PipeStream));
        }
    }
}
