using Microsoft.Extensions.Logging;

namespace LiteKube.Network.Filter.Iptables;

/// <summary>
/// Docker and many firewalls set iptables' FORWARD policy to DROP, and a drop there stands whatever another table accepts.
/// So pod traffic is accepted in iptables itself, in chains of LiteKube's own, jumped to first from FORWARD; and where the INPUT policy is DROP,
/// what pods need of their node: DNS, and services that the node itself answers.
/// </summary>
internal sealed partial class ForwardAccept(NetworkOptions options, IToolRunner tools, ILogger logger)
{
    private readonly string _forward = $"{options.TableName.ToUpperInvariant()}-FORWARD";
    private readonly string _input = $"{options.TableName.ToUpperInvariant()}-INPUT";

    /// <summary>Idempotent. A flavour that refuses is reported; the network works where its policy is ACCEPT.</summary>
    internal async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (IptablesTool.Default(tools) is { } main)
            await EnsureAsync(main, cancellationToken).ConfigureAwait(false);
        foreach (var other in IptablesTool.Others(tools))
            if (await DropsAsync(other, "FORWARD", cancellationToken).ConfigureAwait(false) || await DropsAsync(other, "INPUT", cancellationToken).ConfigureAwait(false))
                await EnsureAsync(other, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The jumps that <see cref="EnsureAsync"/> made are still there.</summary>
    internal async Task<bool> IsInForceAsync(CancellationToken cancellationToken)
    {
        if (IptablesTool.Default(tools) is not { } main)
            return true;
        return await main.HasJumpAsync("filter", "FORWARD", _forward, cancellationToken).ConfigureAwait(false)
            && (!await DropsAsync(main, "INPUT", cancellationToken).ConfigureAwait(false) || await main.HasJumpAsync("filter", "INPUT", _input, cancellationToken).ConfigureAwait(false));
    }

    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        IEnumerable<IptablesTool> flavours = IptablesTool.Default(tools) is { } main ? IptablesTool.Others(tools).Prepend(main) : [];
        foreach (var flavour in flavours)
        {
            foreach (var (from, to) in ((string, string)[])[("FORWARD", _forward), ("INPUT", _input)])
            {
                await flavour.RemoveJumpAsync("filter", from, to, cancellationToken).ConfigureAwait(false);
                if ((await flavour.RunAsync(["-F", to], cancellationToken).ConfigureAwait(false)).Succeeded)
                    await flavour.RunAsync(["-X", to], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task EnsureAsync(IptablesTool flavour, CancellationToken cancellationToken)
    {
        var inputDrops = await DropsAsync(flavour, "INPUT", cancellationToken).ConfigureAwait(false);
        var result = await flavour.RestoreAsync(Render(inputDrops), cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
            result = await flavour.EnsureJumpAsync("filter", "FORWARD", _forward, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded && inputDrops)
            result = await flavour.EnsureJumpAsync("filter", "INPUT", _input, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            LogRefused(flavour.Command, result.Complaint);
    }

    private string Render(bool inputDrops)
    {
        var text = $"""
            *filter
            :{_forward} - [0:0]
            -A {_forward} -s {options.ClusterCidr} -j ACCEPT
            -A {_forward} -d {options.ClusterCidr} -j ACCEPT

            """;
        if (inputDrops)
            text += $"""
                :{_input} - [0:0]
                -A {_input} -i {options.BridgeName} -d {options.DnsAddress} -p udp --dport 53 -j ACCEPT
                -A {_input} -i {options.BridgeName} -d {options.DnsAddress} -p tcp --dport 53 -j ACCEPT
                -A {_input} -i {options.BridgeName} -m conntrack --ctstate DNAT,ESTABLISHED,RELATED -j ACCEPT
                -A {_input} -p udp --dport {options.VxlanPort} -j ACCEPT

                """;
        return text + "COMMIT\n";
    }

    private static async Task<bool> DropsAsync(IptablesTool flavour, string chain, CancellationToken cancellationToken)
    {
        var result = await flavour.RunAsync(["-S", chain], cancellationToken).ConfigureAwait(false);
        return result.Succeeded && result.Output.StartsWith($"-P {chain} DROP", StringComparison.Ordinal);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} refused the rules that accept pod traffic ({Complaint}); where its FORWARD policy is DROP, pods cannot reach each other")]
    private partial void LogRefused(string command, string complaint);
}
