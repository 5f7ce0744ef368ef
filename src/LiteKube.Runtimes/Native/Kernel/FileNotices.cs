using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>Changes in one directory, by inotify.</summary>
internal sealed class FileNotices : IDisposable
{
    private const uint Modified = 0x02;
    private const uint MovedHere = 0x80;
    private const uint Created = 0x100;
    private const int BufferSize = 4096;

    private readonly SafeFileHandle _descriptor;
    private readonly PipeStream _events;
    private readonly byte[] _buffer = new byte[BufferSize];

    /// <exception cref="IOException">There is no such directory, or the machine's limit of watches is reached.</exception>
    public FileNotices(string directory, Readiness readiness)
    {
        _descriptor = new SafeFileHandle(Libc.InotifyInit(Libc.CloseOnExec | Libc.NonBlocking), ownsHandle: true);
        if (_descriptor.IsInvalid)
            throw Libc.Failure("inotify");
        _events = new PipeStream(_descriptor, readiness, forWriting: false);
        if (Libc.InotifyAdd(_descriptor, directory, Modified | MovedHere | Created) < 0)
        {
            var failure = Libc.Failure($"watch {directory}");
            Dispose();
            throw failure;
        }
    }

    /// <summary>Returns when something has changed since the last call; many changes are one.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        _ = await _events.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
        while (_events.TryRead(_buffer) > 0)
        {
            // What else has happened meanwhile is seen by the same look.
        }
    }

    public void Dispose() => _events.Dispose();
}
