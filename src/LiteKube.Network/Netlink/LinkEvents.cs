using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using System.Text;

namespace LiteKube.Network.Netlink;

/// <summary>Tells that links or addresses of this network namespace changed. The kernel pushes; nothing is polled.</summary>
internal sealed class LinkEvents : IDisposable
{
    private const uint GroupLink = 1 << 0;
    private const uint GroupIPv4Address = 1 << 4;
    private const int InterfaceInfoSize = 16;

    private readonly Socket _socket;

    private LinkEvents(Socket socket) => _socket = socket;

    internal static LinkEvents Subscribe()
    {
        var descriptor = Libc.Socket(Libc.AddressFamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, 0);
        if (descriptor < 0)
            throw new NetlinkException("open netlink socket", Marshal.GetLastPInvokeError());
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        if (Libc.Bind(descriptor, new Libc.NetlinkAddress(GroupLink | GroupIPv4Address), Marshal.SizeOf<Libc.NetlinkAddress>()) != 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            throw new NetlinkException("subscribe to link events", errno);
        }

        return new LinkEvents(new Socket(handle));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>One item for each burst of changes to links that <paramref name="ignored"/> does not name by prefix.</summary>
    internal async IAsyncEnumerable<bool> ReadAsync(IReadOnlyList<string> ignored, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        while (true)
        {
            bool relevant;
            try
            {
                var count = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                relevant = IsRelevant(buffer.AsSpan(0, count), ignored);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                // Events were lost: anything may have changed.
                relevant = true;
            }

            if (relevant)
                yield return true;
        }
    }

    private static bool IsRelevant(ReadOnlySpan<byte> data, IReadOnlyList<string> ignored)
    {
        while (data.Length >= NetlinkMessage.HeaderSize + 8)
        {
            var length = (int)MemoryMarshal.Read<uint>(data);
            if (length < NetlinkMessage.HeaderSize || length > data.Length)
                return true;
            var type = MemoryMarshal.Read<ushort>(data[4..]);
            if (type is not (NetlinkType.NewLink or NetlinkType.DeleteLink) || length < NetlinkMessage.HeaderSize + InterfaceInfoSize)
                return true;
            var name = Encoding.UTF8.GetString(NetlinkAttributes.Find(data[(NetlinkMessage.HeaderSize + InterfaceInfoSize)..length], LinkAttribute.Name).TrimEnd((byte)0));
            if (!ignored.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
                return true;
            data = data[Math.Min((length + 3) & ~3, data.Length)..];
        }

        return false;
    }
}
