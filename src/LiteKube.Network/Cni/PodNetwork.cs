using System.Collections.Immutable;
using System.Net;
using LiteKube.Network.Ipam;
using LiteKube.Network.Netlink;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network.Cni;

/// <summary>
/// Gives pods their interface and address. Works from what is on disk until the node's object is seen, so an agent can attach pods while the API server is away.
/// Attaching takes about a millisecond, so one at a time is enough.
/// </summary>
public sealed partial class PodNetwork : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly NetworkOptions _options;
    private readonly RuleSignal _rules;
    private readonly IHostNamespace _host;
    private readonly KernelSettings _kernel;
    private readonly ILogger _logger;
    private RouteNetlink? _netlink;
    private PodAddresses? _addresses;
    private NodeBridge? _bridge;
    private string? _notReadyReason = "the pod network has not started";
    private string? _filterProblem;

    internal PodNetwork(NetworkOptions options, RuleSignal rules, IHostNamespace host, KernelSettings kernel, ILogger logger)
    {
        _options = options;
        _rules = rules;
        _host = host;
        _kernel = kernel;
        _logger = logger;
    }

    /// <summary>Null while pods can be attached and packets find their way; else why not.</summary>
    public string? NotReadyReason => Volatile.Read(ref _notReadyReason) ?? Volatile.Read(ref _filterProblem);

    /// <summary>Raised when <see cref="NotReadyReason"/> may have changed.</summary>
    public event Action? ReadinessChanged;

    internal ImmutableArray<PodAttachment> Pods => _addresses?.Pods ?? [];

    public void Dispose()
    {
        _netlink?.Dispose();
        _gate.Dispose();
    }

    /// <summary>Gives the sandbox <c>eth0</c> and an address; the same address again where it has one, repairing what is missing.</summary>
    /// <param name="networkNamespace">Path of the sandbox's network namespace, such as <c>/proc/123/ns/net</c>.</param>
    /// <exception cref="InvalidOperationException">The network is not ready, or all addresses are in use.</exception>
    /// <exception cref="NetlinkException">The kernel refused a step; nothing is kept.</exception>
    public async ValueTask<IPAddress> AttachAsync(string podNamespace, string podName, string sandboxId, string networkNamespace, IReadOnlyList<PodHostPort> hostPorts, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_notReadyReason is { } reason)
                throw new InvalidOperationException($"cannot attach pod {podNamespace}/{podName}: {reason}");
            var known = _addresses!.Find(sandboxId);
            var pod = known ?? _addresses.Allocate(podNamespace, podName, sandboxId, [.. hostPorts]);
            try
            {
                PodInterface.Ensure(_netlink!, _netlink!.GetLink(_options.BridgeName), pod, networkNamespace, GatewayFor(pod.Address), _bridge!.PodMtu());
            }
            catch when (known is null)
            {
                _netlink!.DeleteLink(PodInterface.NameOf(sandboxId));
                _addresses.Release(sandboxId);
                throw;
            }

            if (known is null && pod.HostPorts.Count > 0)
                _rules.Changed.Set();
            return pod.Address;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes interface, address and host ports back; no error where there are none.</summary>
    public async ValueTask DetachAsync(string sandboxId, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _netlink?.DeleteLink(PodInterface.NameOf(sandboxId));
            if (_addresses?.Release(sandboxId) is { HostPorts.Count: > 0 })
                _rules.Changed.Set();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Frees addresses, and deletes pod interfaces, of all other sandboxes.</summary>
    public async ValueTask KeepOnlyAsync(IReadOnlyCollection<string> sandboxIds, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_netlink is null)
                return;
            var released = 0;
            foreach (var pod in _addresses!.Pods.Where(pod => !sandboxIds.Contains(pod.SandboxId)))
            {
                _addresses.Release(pod.SandboxId);
                released++;
            }

            var kept = sandboxIds.Select(PodInterface.NameOf).ToHashSet();
            foreach (var link in Ports(_netlink, _options.BridgeName).Where(link => !kept.Contains(link.Name)))
                _netlink.DeleteLink(link.Name);
            if (released == 0)
                return;
            LogReleased(released);
            _rules.Changed.Set();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The pod interfaces on a bridge of LiteKube's.</summary>
    internal static IEnumerable<Link> Ports(RouteNetlink netlink, string bridgeName)
    {
        if (netlink.FindLink(bridgeName) is not { } bridge)
            return [];
        return netlink.Links().Where(link => link.Master == bridge.Index && link.Kind == "veth" && link.Name.StartsWith(PodInterface.NamePrefix, StringComparison.Ordinal));
    }

    /// <summary>Opens what the constructor may not, and goes on with the CIDR of the last run.</summary>
    internal void Start()
    {
        _netlink = _host.Run(static () => new RouteNetlink());
        _bridge = new NodeBridge(_options, _netlink, _kernel);
        _addresses = new PodAddresses(new AttachmentFile(_options.StateDirectory, AttachmentFile.CurrentBootId()), out var damage);
        if (damage is not null)
            LogStateDamaged(_options.StateDirectory, damage);
        Report(ref _notReadyReason, $"node {_options.NodeName} has no pod CIDR yet");
        if (_addresses.PodCidr is { } cidr)
            EnsureBridge(cidr);
    }

    /// <summary>Makes the bridge what the node's CIDR asks for. Cheap when it is so already.</summary>
    internal async ValueTask UseCidrAsync(IPNetwork cidr, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_addresses!.PodCidr != cidr)
                LogPodCidr(cidr, _options.BridgeName);
            _addresses.UseCidr(cidr);
            EnsureBridge(cidr);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Without packet rules pods have addresses but reach nothing.</summary>
    internal void ReportFilter(string? problem) => Report(ref _filterProblem, problem);

    private void Report(ref string? reason, string? now)
    {
        if (Interlocked.Exchange(ref reason, now) != now)
            ReadinessChanged?.Invoke();
    }

    private void EnsureBridge(IPNetwork cidr)
    {
        try
        {
            _bridge!.Ensure(cidr, _addresses!.Pods);
            Report(ref _notReadyReason, null);
        }
        catch (Exception e)
        {
            Report(ref _notReadyReason, $"the bridge {_options.BridgeName} cannot be set up: {e.Message}");
            throw;
        }
    }

    /// <summary>A pod that outlived a change of the node's CIDR keeps the gateway of its own; all CIDRs of a cluster have one size.</summary>
    private IPAddress GatewayFor(IPAddress pod) => AddressPool.GatewayOf(AddressPool.NetworkOf(pod, _addresses!.PodCidr!.Value.PrefixLength));

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod network: {Cidr} on bridge {Bridge}")]
    private partial void LogPodCidr(IPNetwork cidr, string bridge);

    [LoggerMessage(Level = LogLevel.Information, Message = "Freed the addresses of {Count} sandboxes that are gone")]
    private partial void LogReleased(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The pod addresses in {Directory} cannot be read ({Damage}); starting without them")]
    private partial void LogStateDamaged(string directory, string damage);
}
