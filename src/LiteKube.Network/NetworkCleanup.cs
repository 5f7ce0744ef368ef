using LiteKube.Network.Cni;
using LiteKube.Network.Filter;
using LiteKube.Network.Filter.Iptables;
using LiteKube.Network.Netlink;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network;

/// <summary>Takes everything away that LiteKube's network made on this machine, and nothing else. Safe to repeat.</summary>
public sealed class NetworkCleanup(NetworkOptions options, ILogger<NetworkCleanup> logger)
{
    public Task RunAsync(CancellationToken cancellationToken) => RunAsync(new ToolRunner(), new OwnNamespace(), cancellationToken);

    internal async Task RunAsync(IToolRunner tools, IHostNamespace host, CancellationToken cancellationToken)
    {
        RemoveLinks(host);
        await RemoveRulesAsync(tools, cancellationToken).ConfigureAwait(false);
        new KernelSettings(options.StateDirectory, host).Restore();
        if (Directory.Exists(options.StateDirectory))
            Directory.Delete(options.StateDirectory, recursive: true);
    }

    private void RemoveLinks(IHostNamespace host)
    {
        using var netlink = host.Run(static () => new RouteNetlink());
        foreach (var port in PodNetwork.Ports(netlink, options.BridgeName).ToList())
            netlink.DeleteLink(port.Name);
        // A link of that name but another kind is somebody else's.
        if (netlink.FindLink(options.VxlanName) is { Kind: "vxlan" })
            netlink.DeleteLink(options.VxlanName);
        if (netlink.FindLink(options.BridgeName) is { Kind: "bridge" })
            netlink.DeleteLink(options.BridgeName);
        foreach (var route in netlink.Routes(Route.LiteKube))
            netlink.DeleteRoute(route);
    }

    private async Task RemoveRulesAsync(IToolRunner tools, CancellationToken cancellationToken)
    {
        if (tools.Find("nft") is { } nft && (await tools.RunAsync(nft, ["list", "chain", "ip", options.TableName, "dispatch"], null, cancellationToken).ConfigureAwait(false)).Succeeded)
        {
            var result = await tools.RunAsync(nft, ["delete", "table", "ip", options.TableName], null, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
                throw new PacketFilterException($"nft did not delete table ip {options.TableName}: {result.Complaint}");
        }

        if (IptablesTool.Default(tools) is { } iptables)
            await new IptablesFilter(options, iptables).RemoveAsync(cancellationToken).ConfigureAwait(false);
        await new ForwardAccept(options, tools, logger).RemoveAsync(cancellationToken).ConfigureAwait(false);
    }
}
