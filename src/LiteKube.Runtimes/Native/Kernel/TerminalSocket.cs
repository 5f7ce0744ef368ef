using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Kernel;

/// <summary>Where an engine hands over the terminal that it made inside a container.</summary>
internal sealed partial class TerminalSocket : IDisposable
{
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int DescriptorAt = 16;
    private const int CloseOnExec = 0x40000000;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    /// <exception cref="IOException">It cannot be made.</exception>
    public TerminalSocket(string path)
    {
        Path = path;
        try
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen(1);
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            throw new IOException($"{path}: {e.Message}", e);
        }
    }

    public string Path { get; }

    /// <returns>The terminal's outer side; null where the engine ended without handing one over.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<SafeFileHandle?> ReceiveAsync(Task engineEnded)
    {
        try
        {
            using var connection = await AcceptAsync(engineEnded).ConfigureAwait(false);
            if (connection is null)
                return null;

            // Nothing is taken by this: it waits until there is something, or the engine is gone.
            _ = await connection.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
            return Receive(connection);
        }
        catch (SocketException e)
        {
            throw new IOException($"{Path}: {e.Message}", e);
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task<Socket?> AcceptAsync(Task engineEnded)
    {
        using var ended = new CancellationTokenSource();
        var accepting = _listener.AcceptAsync(ended.Token).AsTask();
        if (await Task.WhenAny(accepting, engineEnded).ConfigureAwait(false) != accepting)
            await ended.CancelAsync().ConfigureAwait(false);
        try
        {
            return await accepting.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It may have come and gone in between.
            return _listener.Poll(TimeSpan.Zero, SelectMode.SelectRead) ? await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) : null;
        }
    }

    private static unsafe SafeFileHandle? Receive(Socket connection)
    {
        // The engine sends the terminal's name with it.
        var name = stackalloc byte[256];
        var control = stackalloc byte[64];
        var vector = new Vector { Start = (nint)name, Length = 256 };
        var message = new Message { Vectors = (nint)(&vector), VectorCount = 1, Control = (nint)control, ControlLength = 64 };
        var received = ReceiveMessage(connection.SafeHandle, &message, CloseOnExec);
        if (received < 0)
            throw Libc.Failure("receive a terminal");
        if (message.ControlLength < DescriptorAt + sizeof(int) || *(int*)(control + 8) != SocketLevel || *(int*)(control + 12) != Rights)
            return null;
        return new SafeFileHandle(*(int*)(control + DescriptorAt), ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static unsafe partial nint ReceiveMessage(SafeSocketHandle socket, Message* message, int flags);

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public nint Start;
        public nint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public nint Name;
        public uint NameLength;
        public nint Vectors;
        public nint VectorCount;
        public nint Control;
        public nint ControlLength;
        public int Flags;
    }
}
