using System.Net;

namespace LiteKube.Network.Proxy;

/// <summary>Where a connection may be sent. Ordered by address, then port, so that equal sets print equally.</summary>
internal readonly record struct Backend(IPAddress Address, int Port) : IComparable<Backend>
{
    public int CompareTo(Backend other)
    {
        Span<byte> mine = stackalloc byte[16], theirs = stackalloc byte[16];
        Address.TryWriteBytes(mine, out var mineLength);
        other.Address.TryWriteBytes(theirs, out var theirLength);
        var order = mine[..mineLength].SequenceCompareTo(theirs[..theirLength]);
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    public override string ToString() => $"{Address}:{Port}";
}
