using System.Text.Json;

namespace LiteKube.Network.Filter.Nftables;

/// <summary>LiteKube's own table, changed by transactions of what differs. Nobody else's table is read or written.</summary>
internal sealed class NftablesFilter(NetworkOptions options, IToolRunner tools, string nft) : IPacketFilter
{
    private NftRuleset? _inForce;

    public string Name => "nftables";

    /// <summary>Null where tool and kernel can do all that the rules need, else why not.</summary>
    internal async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        var script = NftTransaction.Afresh(options.TableName, NftRenderer.Render(options, ProbeRules.All));
        var result = await RunAsync(["-c", "-f", "-"], script, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? null : $"nft cannot: {result.Complaint}";
    }

    public async Task<bool> IsInForceAsync(CancellationToken cancellationToken) =>
        (await RunAsync(["list", "chain", "ip", options.TableName, "dispatch"], null, cancellationToken).ConfigureAwait(false)).Succeeded;

    public void Forget() => _inForce = null;

    public async Task ApplyAsync(PacketRules rules, CancellationToken cancellationToken)
    {
        var wanted = NftRenderer.Render(options, rules);
        var known = _inForce;
        _inForce = null;
        if (known is not null)
        {
            var change = NftTransaction.Between(options.TableName, known, wanted);
            if (change.Length == 0 || (await RunAsync(["-f", "-"], change, cancellationToken).ConfigureAwait(false)).Succeeded)
            {
                _inForce = wanted;
                return;
            }
        }

        // The table is not what it should be: new to this run, or changed by another hand.
        var present = await InventoryAsync(cancellationToken).ConfigureAwait(false);
        var result = await RunAsync(["-f", "-"], NftTransaction.Replacing(options.TableName, present, wanted), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            result = await RunAsync(["-f", "-"], NftTransaction.Afresh(options.TableName, wanted), cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            throw new PacketFilterException($"nft refused the rules: {result.Complaint}");
        _inForce = wanted;
    }

    private async Task<NftInventory> InventoryAsync(CancellationToken cancellationToken)
    {
        var result = await RunAsync(["-j", "-t", "list", "table", "ip", options.TableName], null, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
            return NftInventory.Empty;
        try
        {
            return NftInventory.Parse(result.Output);
        }
        catch (JsonException)
        {
            // An nft built without JSON: the table is then replaced as a whole.
            return NftInventory.Empty;
        }
    }

    private Task<ToolResult> RunAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken) => tools.RunAsync(nft, arguments, input, cancellationToken);
}
