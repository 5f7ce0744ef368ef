using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LiteKube.Network.Netlink;

/// <summary>Whether one pushed message (type, payload after the header) says something of interest.</summary>
internal delegate bool NetlinkPredicate(ushort type, ReadOnlySpan<byte> payload);

/// <summary>What the kernel pushes about changes to a part of the network. Nothing is polled.</summary>
internal sealed class NetlinkSubscription : IDisposable
{
    private const int BufferSize = 1 << 20;
    private readonly Socket _socket;

    private NetlinkSubscription(Socket socket) => _socket = socket;

    /// <param name="groups">Bit n - 1 for multicast group n.</param>
    internal static NetlinkSubscription Open(int protocol, uint groups)
    {
        var descriptor = Libc.Socket(Libc.AddressFamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, protocol);
        if (descriptor < 0)
            throw new NetlinkException("open netlink socket", Marshal.GetLastPInvokeError());
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        Libc.SetSocketOption(descriptor, Libc.LevelSocket, Libc.ReceiveBuffer, BufferSize, sizeof(int));
        if (Libc.Bind(descriptor, new Libc.NetlinkAddress(groups), Marshal.SizeOf<Libc.NetlinkAddress>()) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw new NetlinkException("subscribe to netlink events", errno);
        }

        return new NetlinkSubscription(new Socket(handle));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>One item for each datagram with a message of interest, and one where messages were lost.</summary>
    internal async IAsyncEnumerable<bool> ReadAsync(NetlinkPredicate isOfInterest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        while (true)
        {
            bool found;
            try
            {
                var count = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                found = Contains(buffer.AsSpan(0, count), isOfInterest);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                found = true;
            }

            if (found)
                yield return true;
        }
    }

    private static bool Contains(ReadOnlySpan<byte> data, NetlinkPredicate isOfInterest)
    {
        while (data.Length >= NetlinkMessage.HeaderSize)
        {
            var length = (int)MemoryMarshal.Read<uint>(data);
            if (length < NetlinkMessage.HeaderSize || length > data.Length)
                return true;
            if (isOfInterest(MemoryMarshal.Read<ushort>(data[4..]), data[NetlinkMessage.HeaderSize..length]))
                return true;
            data = data[Math.Min((length + 3) & ~3, data.Length)..];
        }

        return false;
    }
}
