using System.Collections.Immutable;
using System.Net;
using LiteKube.Network.Cni;

namespace LiteKube.Network.Ipam;

/// <summary>
/// The node's addresses and who has them. Every change is on disk before it is told to anyone: an address that a pod may have is never given twice.
/// Not thread-safe but for <see cref="Pods"/>; the pod network has one writer at a time.
/// </summary>
internal sealed class PodAddresses
{
    private readonly AttachmentFile _file;
    private AddressPool? _pool;
    private volatile AttachmentState _state;

    internal PodAddresses(AttachmentFile file, out string? damage)
    {
        _file = file;
        _state = file.Load(out damage);
        if (_state.PodCidr is { } cidr)
            _pool = new AddressPool(cidr, _state.Last);
    }

    internal IPNetwork? PodCidr => _state.PodCidr;

    internal IPAddress? Gateway => _pool?.Gateway;

    internal ImmutableArray<PodAttachment> Pods => _state.Pods;

    internal void UseCidr(IPNetwork cidr)
    {
        if (_state.PodCidr == cidr)
            return;
        _pool = new AddressPool(cidr);
        Save(_state with { PodCidr = cidr, Last = null });
    }

    internal PodAttachment? Find(string sandboxId) => _state.Pods.FirstOrDefault(pod => pod.SandboxId == sandboxId);

    /// <exception cref="InvalidOperationException">No CIDR yet, or no address is free.</exception>
    internal PodAttachment Allocate(string ns, string name, string sandboxId, IReadOnlyList<PodHostPort> hostPorts)
    {
        if (_pool is null)
            throw new InvalidOperationException("the node has no pod CIDR yet");
        var used = _state.Pods.Select(pod => pod.Address).ToHashSet();
        var address = _pool.Allocate(used.Contains) ?? throw new InvalidOperationException($"all {used.Count} addresses of the pod CIDR {_pool.Cidr} are in use");
        var attachment = new PodAttachment(sandboxId, ns, name, address, hostPorts);
        Save(_state with { Last = address, Pods = _state.Pods.Add(attachment) });
        return attachment;
    }

    internal PodAttachment? Release(string sandboxId)
    {
        if (Find(sandboxId) is not { } attachment)
            return null;
        Save(_state with { Pods = _state.Pods.Remove(attachment) });
        return attachment;
    }

    private void Save(AttachmentState next)
    {
        _file.Save(next);
        _state = next;
    }
}
