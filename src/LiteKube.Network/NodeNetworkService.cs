using System.Net;
using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Network.Cni;
using LiteKube.Network.Netlink;
using LiteKube.Network.Peers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network;

/// <summary>Keeps the bridge and the routes to other nodes as the Node objects, and this machine's own links and addresses, ask for.</summary>
internal sealed partial class NodeNetworkService(NetworkOptions options, PodNetwork pods, IHostNamespace host, KernelSettings kernel, InformerFactory informers, TimeProvider time, ILogger<NodeNetworkService> logger) : BackgroundService
{
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);

    private readonly ChangeSignal _changed = new();
    private (int Direct, int Vxlan) _reached;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        kernel.PrepareHost();
        pods.Start();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var netlink = host.Run(static () => new RouteNetlink());
        var peers = new PeerRoutes(options, netlink, kernel);
        var nodes = informers.Of<Node>();
        using var subscription = nodes.Subscribe(OnNode);
        var links = WatchLinksAsync(stoppingToken);
        try
        {
            await nodes.HasSynced.WaitAsync(stoppingToken).ConfigureAwait(false);
            _changed.Set();
            while (true)
            {
                await _changed.WaitAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(s_settle, time, stoppingToken).ConfigureAwait(false);
                while (!await TryReconcileAsync(nodes, peers, stoppingToken).ConfigureAwait(false))
                    await _changed.WaitAsync(s_retry, time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Bridge, routes and tunnels stay: traffic goes on without LiteKube.
            await links.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryReconcileAsync(Informer<Node> nodes, PeerRoutes peers, CancellationToken cancellationToken)
    {
        try
        {
            var own = nodes.Get(options.NodeName);
            if (own is null || PodCidr(own) is not { } podCidr)
                return true;
            await pods.UseCidrAsync(podCidr, cancellationToken).ConfigureAwait(false);
            if (Address(own) is not { } address)
                return true;
            var reached = peers.Reconcile(address, podCidr, Others(nodes.List(), options.NodeName));
            if (reached != _reached)
                LogPeers(reached.Direct, reached.Vxlan);
            _reached = reached;
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ArgumentException)
        {
            LogFailed(e.Message);
            return false;
        }
    }

    private async Task WatchLinksAsync(CancellationToken cancellationToken)
    {
        using var events = host.Run(LinkEvents.Subscribe);
        var foreign = LinkEvents.Except(PodInterface.NamePrefix, options.BridgeName, options.VxlanName, "veth");
        await foreach (var _ in events.ReadAsync(foreign, cancellationToken).ConfigureAwait(false))
            _changed.Set();
    }

    /// <summary>Heartbeats change nodes all the time; only where they are and what they carry matters here.</summary>
    private void OnNode(Node? old, Node? current)
    {
        if (old is null || current is null || PodCidr(old) != PodCidr(current) || !Equals(Address(old), Address(current)))
            _changed.Set();
    }

    /// <summary>By name: of this node itself, too, the list may know more than was read of it a moment before.</summary>
    internal static PeerNode[] Others(IEnumerable<Node> nodes, string own) => [.. nodes.Where(node => node.Metadata.Name != own).Select(Peer).OfType<PeerNode>()];

    private static PeerNode? Peer(Node node) =>
        PodCidr(node) is { } cidr && Address(node) is { } address ? new PeerNode(node.Metadata.Name ?? "", address, cidr) : null;

    private static IPNetwork? PodCidr(Node node) => IPNetwork.TryParse(node.Spec.PodCIDR, out var cidr) ? cidr : null;

    private static IPAddress? Address(Node node) =>
        node.Status.Addresses.Where(address => address.Type == "InternalIP").Select(address => IPAddress.TryParse(address.Address, out var parsed) ? parsed : null)
            .FirstOrDefault(address => address?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);

    [LoggerMessage(Level = LogLevel.Information, Message = "Routes to other nodes' pods: {Direct} direct, {Vxlan} by VXLAN")]
    private partial void LogPeers(int direct, int vxlan);

    [LoggerMessage(Level = LogLevel.Error, Message = "The pod network cannot be set up; trying again: {Problem}")]
    private partial void LogFailed(string problem);
}
