using LiteKube.Network.Filter.Iptables;
using LiteKube.Network.Filter.Nftables;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network.Filter;

/// <summary>Finds out what this machine can do, once, at start.</summary>
internal sealed partial class PacketFilterChoice(NetworkOptions options, IToolRunner tools, ILogger logger)
{
    /// <exception cref="PacketFilterException">Neither will do; the message says what to install.</exception>
    internal async Task<IPacketFilter> ChooseAsync(CancellationToken cancellationToken)
    {
        var refusals = new List<string>();
        if (options.PacketFilter is PacketFilterKind.Auto or PacketFilterKind.Nftables)
        {
            if (tools.Find("nft") is not { } nft)
            {
                refusals.Add("nft is not installed (package nftables)");
            }
            else
            {
                var filter = new NftablesFilter(options, tools, nft);
                var refusal = await filter.ProbeAsync(cancellationToken).ConfigureAwait(false);
                if (refusal is null)
                {
                    LogChosen(filter.Name, $"{nft} and the kernel can do all that services need");
                    return filter;
                }

                refusals.Add(refusal);
            }
        }

        if (options.PacketFilter is PacketFilterKind.Auto or PacketFilterKind.Iptables)
        {
            if (IptablesTool.Default(tools) is { } iptables)
            {
                var filter = new IptablesFilter(options, iptables);
                LogChosen(filter.Name, refusals.Count == 0 ? "as configured" : string.Join("; ", refusals));
                return filter;
            }

            refusals.Add("iptables is not installed (package iptables)");
        }

        throw new PacketFilterException($"services cannot be routed: {string.Join("; ", refusals)}. Install nftables (apt-get install nftables, dnf install nftables) or iptables");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Packet rules by {Filter}: {Reason}")]
    private partial void LogChosen(string filter, string reason);
}
