using System.Text.Json;

namespace LiteKube.Network.Filter.Nftables;

/// <summary>What is in LiteKube's own table, by name.</summary>
internal sealed record NftInventory(IReadOnlyList<string> Chains, IReadOnlyList<(string Name, bool IsMap)> Sets)
{
    internal static NftInventory Empty { get; } = new([], []);

    /// <summary>Reads the output of <c>nft -j -t list table</c>.</summary>
    internal static NftInventory Parse(string json)
    {
        var chains = new List<string>();
        var sets = new List<(string, bool)>();
        using var document = JsonDocument.Parse(json);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("chain", out var chain))
                chains.Add(chain.GetProperty("name").GetString()!);
            else if (item.TryGetProperty("set", out var set))
                sets.Add((set.GetProperty("name").GetString()!, false));
            else if (item.TryGetProperty("map", out var map))
                sets.Add((map.GetProperty("name").GetString()!, true));
        }

        return new NftInventory(chains, sets);
    }
}
