using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using LiteKube.Network.Netlink;
using LiteKube.Network.Proxy;

namespace LiteKube.Network.Conntrack;

/// <summary>The kernel's table of tracked connections (IPv4).</summary>
internal sealed class ConntrackNetlink : IDisposable
{
    private const ushort TupleOriginal = 1;
    private const ushort TupleReply = 2;
    private const ushort TupleIP = 1;
    private const ushort TupleProtocol = 2;
    private const ushort IPv4Source = 1;
    private const ushort IPv4Destination = 2;
    private const ushort ProtocolNumber = 1;
    private const ushort SourcePort = 2;
    private const ushort DestinationPort = 3;
    private const ushort Nested = 0x8000;
    private const byte Udp = 17;
    private const int NetfilterHeaderSize = 4;

    private readonly NetlinkSocket _socket = NetlinkSocket.OpenNetfilter();

    public void Dispose() => _socket.Dispose();

    /// <summary>Ends the conversations that were made stale. Returns how many.</summary>
    internal int Delete(StaleFlows stale)
    {
        var flows = UdpFlows().Where(stale.Contains).ToList();
        foreach (var flow in flows)
            Delete(flow);
        return flows.Count;
    }

    internal List<UdpFlow> UdpFlows()
    {
        var flows = new List<UdpFlow>();
        _socket.Dump("list tracked connections", new NetlinkMessage(NetlinkType.ConntrackGet, NetlinkFlags.Dump).NetfilterHeader((byte)AddressFamily.InterNetwork), flows.Clear, (_, payload) =>
        {
            var attributes = payload[NetfilterHeaderSize..];
            var original = NetlinkAttributes.Find(attributes, TupleOriginal);
            var reply = NetlinkAttributes.Find(attributes, TupleReply);
            if (ReadEnd(original, IPv4Destination, DestinationPort) is { } destination && ReadEnd(reply, IPv4Source, SourcePort) is { } answerer)
                flows.Add(new UdpFlow(destination, answerer, original.ToArray()));
        });
        return flows;
    }

    private void Delete(UdpFlow flow)
    {
        try
        {
            _socket.Request($"forget tracked connection to {flow.Destination}", new NetlinkMessage(NetlinkType.ConntrackDelete, NetlinkFlags.Ack)
                .NetfilterHeader((byte)AddressFamily.InterNetwork).Attribute(TupleOriginal | Nested, flow.Tuple));
        }
        catch (NetlinkException e) when (e.IsNotFound)
        {
            // It ended by itself.
        }
    }

    /// <summary>One end of a UDP tuple; null for other protocols.</summary>
    private static Backend? ReadEnd(ReadOnlySpan<byte> tuple, ushort addressAttribute, ushort portAttribute)
    {
        var protocol = NetlinkAttributes.Find(tuple, TupleProtocol);
        var number = NetlinkAttributes.Find(protocol, ProtocolNumber);
        var port = NetlinkAttributes.Find(protocol, portAttribute);
        var address = NetlinkAttributes.Find(NetlinkAttributes.Find(tuple, TupleIP), addressAttribute);
        if (number.Length != 1 || number[0] != Udp || port.Length != 2 || address.Length != 4)
            return null;
        return new Backend(new IPAddress(address), BinaryPrimitives.ReadUInt16BigEndian(port));
    }
}
