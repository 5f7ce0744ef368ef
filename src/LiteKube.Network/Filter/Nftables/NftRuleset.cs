namespace LiteKube.Network.Filter.Nftables;

/// <summary>The contents of one nftables table.</summary>
internal sealed record NftRuleset(SortedDictionary<string, NftSet> Sets, SortedDictionary<string, NftChain> Chains);

/// <param name="Hook">The <c>type … hook … priority …;</c> of a base chain; null for others.</param>
internal sealed record NftChain(string? Hook, IReadOnlyList<string> Rules)
{
    internal bool HasRulesOf(NftChain other) => Rules.SequenceEqual(other.Rules);
}

/// <summary>A set or map.</summary>
/// <param name="Type">Type and flags as nft wants them.</param>
/// <param name="Elements">Key to value (null in a set); null for sets that the kernel fills.</param>
internal sealed record NftSet(bool IsMap, string Type, SortedDictionary<string, string?>? Elements);
