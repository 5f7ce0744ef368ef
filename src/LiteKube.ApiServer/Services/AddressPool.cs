using System.Buffers.Binary;
using System.Net;

namespace LiteKube.ApiServer.Services;

/// <summary>
/// Who holds which address of the service CIDR. Addresses that nobody asked for by name come from above a low band, which stays free for those asked for
/// (https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/).
/// </summary>
internal sealed class AddressPool(IPNetwork network)
{
    private readonly Dictionary<uint, string> _owners = [];
    private readonly uint _first = ToNumber(network.BaseAddress) + 1;
    private readonly uint _size = (uint)Math.Max((1L << (32 - network.PrefixLength)) - 2, 1);

    public IPNetwork Network => network;

    public bool Contains(IPAddress address) => network.Contains(address) && ToNumber(address) - _first < _size;

    public string? OwnerOf(IPAddress address) => _owners.GetValueOrDefault(ToNumber(address));

    public void Claim(IPAddress address, string owner) => _owners[ToNumber(address)] = owner;

    public void Release(IPAddress address, string owner)
    {
        if (_owners.TryGetValue(ToNumber(address), out var holder) && holder == owner)
            _owners.Remove(ToNumber(address));
    }

    /// <summary>Null where every address is taken.</summary>
    public IPAddress? Next(string owner)
    {
        var band = Math.Min(Math.Min(Math.Max(16, _size / 16), 256), _size - 1);
        return Next(owner, band, _size - band) ?? Next(owner, 0, band);
    }

    private IPAddress? Next(string owner, uint offset, uint count)
    {
        if (count == 0)
            return null;
        var start = (uint)Random.Shared.NextInt64(count);
        for (uint i = 0; i < count; i++)
        {
            var number = _first + offset + ((start + i) % count);
            if (_owners.TryAdd(number, owner))
                return ToAddress(number);
        }

        return null;
    }

    private static uint ToNumber(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
