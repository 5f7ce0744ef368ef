using System.Net.Sockets;
using System.Runtime.CompilerServices;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Containers;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Logs;
using Microsoft.Win32.SafeHandles;

namespace LiteKube.Runtimes.Native.Streams;

/// <summary>A container's own streams, by its monitor's socket: packets, of which those to us begin with the number of the stream.</summary>
internal sealed class AttachStreams : IContainerStreams
{
    private const int PacketSize = 32 * 1024;

    private readonly NativeContainer _container;
    private readonly AttachOptions _options;
    private readonly Socket _socket;

    private AttachStreams(NativeContainer container, AttachOptions options, Socket socket)
    {
        _container = container;
        _options = options;
        _socket = socket;
        Stdin = options.Stdin ? new PacketStream(socket) : null;
    }

    public Stream? Stdin { get; }

    /// <exception cref="RuntimeException">Failed: the container does not run, or its monitor does not answer.</exception>
    public static async Task<AttachStreams> OpenAsync(NativeContainer container, AttachOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            // Socket paths are short; the directory's descriptor makes ours so.
            using var directory = new SafeFileHandle(Libc.Open(container.Paths.Directory, Libc.PathOnly | Libc.CloseOnExec), ownsHandle: true);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint($"/proc/self/fd/{directory.DangerousGetHandle()}/{Path.GetFileName(container.Paths.AttachSocket)}"), cancellationToken).ConfigureAwait(false);
            return new AttachStreams(container, options, socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new RuntimeException(RuntimeError.Failed, $"cannot attach to container {container.Record.Id}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<(OutputStream Stream, ReadOnlyMemory<byte> Data)> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const byte Stdout = 2;
        const byte Stderr = 3;
        var packet = new byte[PacketSize];
        while (await ReceiveAsync(packet, cancellationToken).ConfigureAwait(false) is > 0 and var length)
        {
            if (packet[0] == Stdout && _options.Stdout)
                yield return (OutputStream.Stdout, packet.AsMemory(1, length - 1));
            else if (packet[0] == Stderr && _options.Stderr)
                yield return (OutputStream.Stderr, packet.AsMemory(1, length - 1));
        }
    }

    public ValueTask CloseStdinAsync(CancellationToken cancellationToken)
    {
        if (_socket.Connected)
            _socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    public ValueTask ResizeAsync(int width, int height, CancellationToken cancellationToken)
    {
        LogRotation.Resize(_container, width, height);
        return ValueTask.CompletedTask;
    }

    public ValueTask<int?> GetExitCodeAsync(CancellationToken cancellationToken) => ValueTask.FromResult<int?>(null);

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A monitor that goes with its container is the end, however it goes.</summary>
    private async Task<int> ReceiveAsync(byte[] packet, CancellationToken cancellationToken)
    {
        try
        {
            return await _socket.ReceiveAsync(packet.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
