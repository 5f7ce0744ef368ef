using System.Buffers.Binary;
using System.Net;

namespace LiteKube.Network.Ipam;

/// <summary>
/// Chooses addresses of a pod CIDR. The base address, the gateway (base + 1) and the broadcast address are never given.
/// Next-fit: a freed address comes back only after all others have been tried, so that late packets for a dead pod meet nobody.
/// </summary>
internal sealed class AddressPool
{
    private const uint Reserved = 2;

    private readonly uint _base;
    private readonly uint _size;
    private uint _next;

    /// <param name="last">The address given last, before a restart.</param>
    internal AddressPool(IPNetwork cidr, IPAddress? last = null)
    {
        if (cidr.PrefixLength is < 8 or > 30)
            throw new ArgumentException($"pod CIDR {cidr}: prefix length must be 8 to 30");
        Cidr = cidr;
        _base = ToNumber(cidr.BaseAddress);
        _size = 1u << (32 - cidr.PrefixLength);
        _next = last is not null && cidr.Contains(last) ? ToNumber(last) - _base + 1 : Reserved;
    }

    internal IPNetwork Cidr { get; }

    internal IPAddress Gateway => GatewayOf(Cidr);

    internal static IPAddress GatewayOf(IPNetwork cidr) => ToAddress(ToNumber(cidr.BaseAddress) + 1);

    internal static IPNetwork NetworkOf(IPAddress address, int prefixLength) =>
        new(ToAddress(ToNumber(address) & (prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength))), prefixLength);

    /// <summary>Null when all are in use.</summary>
    internal IPAddress? Allocate(Func<IPAddress, bool> inUse)
    {
        var usable = _size - Reserved - 1;
        for (uint tried = 0; tried < usable; tried++, _next++)
        {
            if (_next < Reserved || _next >= _size - 1)
                _next = Reserved;
            var candidate = ToAddress(_base + _next);
            if (inUse(candidate))
                continue;
            _next++;
            return candidate;
        }

        return null;
    }

    private static uint ToNumber(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
