namespace LiteKube.Network.Filter.Iptables;

/// <summary>LiteKube's own iptables chains, replaced by one iptables-restore for each change.</summary>
internal sealed class IptablesFilter(NetworkOptions options, IptablesTool iptables) : IPacketFilter
{
    private string? _inForce;
    private IReadOnlyCollection<string> _chains = [];

    public string Name => "iptables";

    public async Task<bool> IsInForceAsync(CancellationToken cancellationToken) =>
        (await iptables.RunAsync(["-t", "nat", "-S", $"{options.TableName.ToUpperInvariant()}-DISPATCH"], cancellationToken).ConfigureAwait(false)).Succeeded;

    public void Forget() => _inForce = null;

    public async Task ApplyAsync(PacketRules rules, CancellationToken cancellationToken)
    {
        var first = _inForce is null;
        var stale = first ? await OwnChainsAsync("nat", cancellationToken).ConfigureAwait(false) : _chains;
        var (text, chains) = IptablesRenderer.Render(options, rules, stale);
        if (text == _inForce)
            return;
        _inForce = null;
        Check(await iptables.RestoreAsync(text, cancellationToken).ConfigureAwait(false));
        if (first)
            foreach (var (table, from, to) in IptablesRenderer.Jumps(options))
                Check(await iptables.EnsureJumpAsync(table, from, to, cancellationToken).ConfigureAwait(false));
        _chains = chains;
        // Without the stale chains, so that the next call compares like with like.
        _inForce = IptablesRenderer.Render(options, rules, []).Text;
    }

    internal async Task RemoveAsync(CancellationToken cancellationToken)
    {
        foreach (var (table, from, to) in IptablesRenderer.Jumps(options))
            await iptables.RemoveJumpAsync(table, from, to, cancellationToken).ConfigureAwait(false);
        foreach (var table in (string[])["raw", "nat", "filter"])
        {
            var chains = await OwnChainsAsync(table, cancellationToken).ConfigureAwait(false);
            foreach (var verb in (string[])["-F", "-X"])
                foreach (var chain in chains)
                    await iptables.RunAsync(["-t", table, verb, chain], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyCollection<string>> OwnChainsAsync(string table, CancellationToken cancellationToken)
    {
        var result = await iptables.RunAsync(["-t", table, "-S"], cancellationToken).ConfigureAwait(false);
        var declaration = $"-N {options.TableName.ToUpperInvariant()}-";
        return [.. result.Output.Split('\n').Where(line => line.StartsWith(declaration, StringComparison.Ordinal)).Select(line => line[3..].Trim())];
    }

    private static void Check(ToolResult result)
    {
        if (!result.Succeeded)
            throw new PacketFilterException($"iptables refused the rules: {result.Complaint}");
    }
}
