using System.Runtime.InteropServices;
using System.Text;

namespace LiteKube.Network.Netlink;

/// <summary>Receives the payload (after the netlink header) of one message of a dump.</summary>
internal delegate void NetlinkVisitor(ushort type, ReadOnlySpan<byte> payload);

/// <summary>
/// A request-and-answer netlink socket. It belongs to the network namespace of the thread that made it, for good, whichever thread uses it later.
/// The kernel answers within the send call, so requests block for microseconds only; one at a time.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    private const int MaxMessage = 1 << 18;
    private const int MaxDumpAttempts = 8;

    private readonly Lock _gate = new();
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(64 * 1024);
    private int _descriptor;
    private uint _sequence;

    private NetlinkSocket(int descriptor) => _descriptor = descriptor;

    internal static NetlinkSocket OpenRoute() => Open(0);

    internal static NetlinkSocket OpenNetfilter() => Open(12);

    private static NetlinkSocket Open(int protocol)
    {
        var descriptor = Libc.Socket(Libc.AddressFamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, protocol);
        if (descriptor < 0)
            throw new NetlinkException("open netlink socket", Marshal.GetLastPInvokeError());
        // Both only make errors say more; kernels without them still work.
        Libc.SetSocketOption(descriptor, Libc.LevelNetlink, Libc.NetlinkCapAck, 1, sizeof(int));
        Libc.SetSocketOption(descriptor, Libc.LevelNetlink, Libc.NetlinkExtendedAck, 1, sizeof(int));
        Libc.SetSocketOption(descriptor, Libc.LevelSocket, Libc.ReceiveBuffer, MaxMessage, sizeof(int));
        return new NetlinkSocket(descriptor);
    }

    /// <summary>Sends a request and waits for its acknowledgement.</summary>
    /// <exception cref="NetlinkException">The kernel refused it.</exception>
    internal void Request(string operation, NetlinkMessage message) => Exchange(operation, message, visitor: null);

    /// <summary>Sends a request that the kernel answers with one message.</summary>
    internal void Query(string operation, NetlinkMessage message, NetlinkVisitor visitor) => Exchange(operation, message, visitor);

    /// <summary>Sends a dump request, and again where the tables changed under it. <paramref name="restart"/> drops what was gathered so far.</summary>
    internal void Dump(string operation, NetlinkMessage message, Action restart, NetlinkVisitor visitor)
    {
        for (var attempt = 0; attempt < MaxDumpAttempts; attempt++)
        {
            restart();
            if (Exchange(operation, message, visitor))
                return;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
                Libc.Close(_descriptor);
            _descriptor = -1;
        }
    }

    /// <summary>False where a dump was interrupted by a change and may be inconsistent.</summary>
    private bool Exchange(string operation, NetlinkMessage message, NetlinkVisitor? visitor)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_descriptor < 0, this);
            var sequence = ++_sequence;
            var bytes = message.Finish(sequence);
            while (Libc.Send(_descriptor, bytes, bytes.Length, 0) < 0)
            {
                var errno = Marshal.GetLastPInvokeError();
                if (errno != Libc.Interrupted)
                    throw new NetlinkException(operation, errno);
            }

            var consistent = true;
            while (true)
            {
                var count = Libc.Receive(_descriptor, _received, _received.Length, 0);
                if (count < 0)
                {
                    var errno = Marshal.GetLastPInvokeError();
                    if (errno == Libc.Interrupted)
                        continue;
                    throw new NetlinkException(operation, errno);
                }

                if (Walk(operation, sequence, _received.AsSpan(0, (int)count), visitor, ref consistent))
                    return consistent;
            }
        }
    }

    /// <summary>True when the answer to <paramref name="sequence"/> is complete.</summary>
    private static bool Walk(string operation, uint sequence, ReadOnlySpan<byte> data, NetlinkVisitor? visitor, ref bool consistent)
    {
        while (data.Length >= NetlinkMessage.HeaderSize)
        {
            var length = (int)MemoryMarshal.Read<uint>(data);
            if (length < NetlinkMessage.HeaderSize || length > data.Length)
                throw new NetlinkException(operation, 5, "truncated netlink answer");
            var type = MemoryMarshal.Read<ushort>(data[4..]);
            var flags = (NetlinkFlags)MemoryMarshal.Read<ushort>(data[6..]);
            var answers = MemoryMarshal.Read<uint>(data[8..]);
            var payload = data[NetlinkMessage.HeaderSize..length];
            data = data[Math.Min((length + 3) & ~3, data.Length)..];

            // A late answer to an earlier request that failed half way.
            if (answers != sequence)
                continue;
            if ((flags & NetlinkFlags.DumpInterrupted) != 0)
                consistent = false;
            switch (type)
            {
                case NetlinkType.Error:
                    ThrowIfRefused(operation, flags, payload);
                    return true;
                case NetlinkType.Done:
                    return true;
                default:
                    visitor?.Invoke(type, payload);
                    break;
            }
        }

        return false;
    }

    private static void ThrowIfRefused(string operation, NetlinkFlags flags, ReadOnlySpan<byte> payload)
    {
        const ushort messageAttribute = 1;
        var errno = -MemoryMarshal.Read<int>(payload);
        if (errno == 0)
            return;
        string? reason = null;
        if ((flags & NetlinkFlags.AckAttributes) != 0)
        {
            var skip = 4 + ((flags & NetlinkFlags.Capped) != 0 ? NetlinkMessage.HeaderSize : ((int)MemoryMarshal.Read<uint>(payload[4..]) + 3) & ~3);
            if (skip < payload.Length)
                reason = Encoding.UTF8.GetString(NetlinkAttributes.Find(payload[skip..], messageAttribute).TrimEnd((byte)0));
        }

        throw new NetlinkException(operation, errno, reason);
    }
}
