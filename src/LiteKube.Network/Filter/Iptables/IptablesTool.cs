namespace LiteKube.Network.Filter.Iptables;

/// <summary>One flavour of iptables (nft or legacy) on this machine.</summary>
internal sealed class IptablesTool(IToolRunner tools, string command, string restore)
{
    internal string Command => command;

    /// <summary>Own chains in, whole; the chains of others are not touched.</summary>
    internal Task<ToolResult> RestoreAsync(string text, CancellationToken cancellationToken) =>
        tools.RunAsync(restore, ["--noflush", "-w", "5"], text, cancellationToken);

    internal Task<ToolResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        tools.RunAsync(command, ["-w", "5", .. arguments], null, cancellationToken);

    /// <summary>Makes a built-in chain jump to one of LiteKube's first of all.</summary>
    internal async Task<ToolResult> EnsureJumpAsync(string table, string from, string to, CancellationToken cancellationToken)
    {
        var present = await RunAsync(["-t", table, "-C", from, "-j", to], cancellationToken).ConfigureAwait(false);
        return present.Succeeded ? present : await RunAsync(["-t", table, "-I", from, "1", "-j", to], cancellationToken).ConfigureAwait(false);
    }

    internal async Task<bool> HasJumpAsync(string table, string from, string to, CancellationToken cancellationToken) =>
        (await RunAsync(["-t", table, "-C", from, "-j", to], cancellationToken).ConfigureAwait(false)).Succeeded;

    /// <summary>No error where there is no such jump.</summary>
    internal async Task RemoveJumpAsync(string table, string from, string to, CancellationToken cancellationToken)
    {
        while ((await RunAsync(["-t", table, "-D", from, "-j", to], cancellationToken).ConfigureAwait(false)).Succeeded)
        {
        }
    }

    /// <summary>The flavour behind plain <c>iptables</c>, which Docker and firewalls use too; null where iptables is not installed.</summary>
    internal static IptablesTool? Default(IToolRunner tools) => Of(tools, "iptables", "iptables-restore");

    /// <summary>The other flavours that hold rules on this kernel: packets must pass the chains of all.</summary>
    internal static IEnumerable<IptablesTool> Others(IToolRunner tools)
    {
        if (LegacyTables().Contains("filter") && Of(tools, "iptables-legacy", "iptables-legacy-restore") is { } legacy)
            yield return legacy;
        if (Of(tools, "iptables-nft", "iptables-nft-restore") is { } nft)
            yield return nft;
    }

    private static IptablesTool? Of(IToolRunner tools, string command, string restore) =>
        tools.Find(command) is { } commandPath && tools.Find(restore) is { } restorePath ? new IptablesTool(tools, commandPath, restorePath) : null;

    /// <summary>Asking legacy iptables about a table makes the kernel set it up, so look first.</summary>
    private static IReadOnlyCollection<string> LegacyTables()
    {
        const string names = "/proc/net/ip_tables_names";
        return File.Exists(names) ? File.ReadAllLines(names) : [];
    }
}
