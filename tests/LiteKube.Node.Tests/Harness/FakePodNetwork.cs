using System.Net;
using LiteKube.Node.Network;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Tests.Harness;

internal sealed class FakePodNetwork : IPodNetwork
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IPAddress> _addresses = [];
    private string? _notReady;
    private byte _last = 4;

    public event Action? ReadinessChanged;

    public string? NotReadyReason
    {
        get => _notReady;
        set
        {
            _notReady = value;
            ReadinessChanged?.Invoke();
        }
    }

    public string? AttachError { get; set; }

    public IReadOnlyCollection<string> Attached
    {
        get
        {
            lock (_gate)
                return [.. _addresses.Keys];
        }
    }

    public IReadOnlyCollection<string>? Kept { get; private set; }

    public ValueTask<IPAddress> AttachAsync(PodIdentity pod, string sandboxId, string networkNamespace, IReadOnlyList<HostPort> hostPorts, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (AttachError is { } error)
                throw new InvalidOperationException(error);
            if (!_addresses.TryGetValue(sandboxId, out var address))
                _addresses[sandboxId] = address = new IPAddress([10, 42, 0, ++_last]);
            return ValueTask.FromResult(address);
        }
    }

    public ValueTask DetachAsync(string sandboxId, CancellationToken cancellationToken)
    {
        lock (_gate)
            _addresses.Remove(sandboxId);
        return ValueTask.CompletedTask;
    }

    public ValueTask KeepOnlyAsync(IReadOnlyCollection<string> sandboxIds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Kept = sandboxIds;
            foreach (var gone in _addresses.Keys.Except(sandboxIds).ToList())
                _addresses.Remove(gone);
        }

        return ValueTask.CompletedTask;
    }
}
