using System.Collections;
using System.Net;

namespace LiteKube.Controllers.Nodes;

/// <summary>The cluster's network cut into equal shares, and which of them are taken. IPv4.</summary>
internal sealed class NodeCidrPool
{
    private readonly uint _start;
    private readonly int _prefix;
    private readonly BitArray _taken;

    public NodeCidrPool(string clusterCidr, int nodePrefix)
    {
        var network = IPNetwork.Parse(clusterCidr);
        if (nodePrefix < network.PrefixLength || nodePrefix > 30)
            throw new ArgumentException($"a node's prefix length must be between {network.PrefixLength} and 30", nameof(nodePrefix));
        _start = ToNumber(network.BaseAddress);
        _prefix = nodePrefix;
        _taken = new BitArray(1 << Math.Min(nodePrefix - network.PrefixLength, 24));
    }

    /// <summary>Marks a share as taken. False if it is not of this pool, or was taken already.</summary>
    public bool Take(string cidr)
    {
        if (IndexOf(cidr) is not { } index || _taken[index])
            return false;
        _taken[index] = true;
        return true;
    }

    /// <summary>The lowest free share, now taken; null when none is left.</summary>
    public string? TakeNext()
    {
        for (var i = 0; i < _taken.Length; i++)
        {
            if (_taken[i])
                continue;
            _taken[i] = true;
            var address = _start + ((uint)i << (32 - _prefix));
            return $"{new IPAddress([(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address])}/{_prefix}";
        }

        return null;
    }

    public void Release(string cidr)
    {
        if (IndexOf(cidr) is { } index)
            _taken[index] = false;
    }

    private int? IndexOf(string cidr)
    {
        if (!IPNetwork.TryParse(cidr, out var network) || network.PrefixLength != _prefix)
            return null;
        var index = (long)(ToNumber(network.BaseAddress) - (ulong)_start) >> (32 - _prefix);
        return index >= 0 && index < _taken.Length ? (int)index : null;
    }

    private static uint ToNumber(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return ((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3];
    }
}
