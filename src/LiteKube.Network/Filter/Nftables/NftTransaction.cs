using System.Text;

namespace LiteKube.Network.Filter.Nftables;

/// <summary>
/// Scripts for <c>nft -f</c>, which the kernel takes as one transaction. In each, things are declared before they are referred to,
/// and referred to no more before they are deleted.
/// </summary>
internal sealed class NftTransaction(string table)
{
    private readonly StringBuilder _text = new();

    /// <summary>From one known state to another; empty where they are equal.</summary>
    internal static string Between(string table, NftRuleset from, NftRuleset to)
    {
        var script = new NftTransaction(table);
        foreach (var (name, set) in to.Sets)
            if (!from.Sets.ContainsKey(name))
                script.DeclareSet(name, set);
        foreach (var (name, chain) in to.Chains)
            if (!from.Chains.ContainsKey(name))
                script.DeclareChain(name, chain);
        foreach (var (name, chain) in to.Chains)
        {
            var known = from.Chains.GetValueOrDefault(name);
            if (known is not null && known.HasRulesOf(chain))
                continue;
            if (known is not null)
                script.Line($"flush chain ip {table} {name}");
            script.AddRules(name, chain);
        }

        foreach (var (name, set) in to.Sets)
            script.ChangeElements(name, from.Sets.GetValueOrDefault(name), set);
        script.Drop(from.Chains.Keys.Where(name => !to.Chains.ContainsKey(name)), from.Sets.Where(set => !to.Sets.ContainsKey(set.Key)).Select(set => (set.Key, set.Value.IsMap)));
        return script._text.ToString();
    }

    /// <summary>To a state from whatever an earlier run left, of which only the names are known. Sets that the kernel fills keep their contents.</summary>
    internal static string Replacing(string table, NftInventory present, NftRuleset to)
    {
        var script = new NftTransaction(table);
        script.Line($"add table ip {table}");
        foreach (var chain in present.Chains)
            script.Line($"flush chain ip {table} {chain}");
        foreach (var (name, isMap) in present.Sets)
            if (!to.Sets.TryGetValue(name, out var wanted) || wanted.Elements is not null)
                script.Line($"flush {(isMap ? "map" : "set")} ip {table} {name}");
        script.Drop(present.Chains.Where(name => !to.Chains.ContainsKey(name)), present.Sets.Where(set => !to.Sets.ContainsKey(set.Name)), flushed: true);
        script.DeclareAll(to);
        return script._text.ToString();
    }

    /// <summary>To a state from nothing, deleting the table first where there is one.</summary>
    internal static string Afresh(string table, NftRuleset to)
    {
        var script = new NftTransaction(table);
        script.Line($"add table ip {table}");
        script.Line($"delete table ip {table}");
        script.Line($"add table ip {table}");
        script.DeclareAll(to);
        return script._text.ToString();
    }

    private void DeclareAll(NftRuleset to)
    {
        foreach (var (name, set) in to.Sets)
            DeclareSet(name, set);
        foreach (var (name, chain) in to.Chains)
            DeclareChain(name, chain);
        foreach (var (name, chain) in to.Chains)
            AddRules(name, chain);
        foreach (var (name, set) in to.Sets)
            ChangeElements(name, null, set);
    }

    private void DeclareSet(string name, NftSet set) => Line($"add {(set.IsMap ? "map" : "set")} ip {table} {name} {{ {set.Type} }}");

    private void DeclareChain(string name, NftChain chain) => Line(chain.Hook is null ? $"add chain ip {table} {name}" : $"add chain ip {table} {name} {{ {chain.Hook} }}");

    private void AddRules(string name, NftChain chain)
    {
        foreach (var rule in chain.Rules)
            Line($"add rule ip {table} {name} {rule}");
    }

    private void ChangeElements(string name, NftSet? from, NftSet to)
    {
        if (to.Elements is null)
            return;
        var gone = (from?.Elements ?? []).Where(element => !to.Elements.TryGetValue(element.Key, out var value) || value != element.Value).Select(element => (element.Key, element.Value));
        var added = to.Elements.Where(element => from?.Elements is null || !from.Elements.TryGetValue(element.Key, out var value) || value != element.Value).Select(element => (element.Key, element.Value));
        Elements("delete", name, gone);
        Elements("add", name, added);
    }

    private void Elements(string verb, string name, IEnumerable<(string Key, string? Value)> elements)
    {
        var list = string.Join(", ", elements.Select(element => element.Value is null ? element.Key : $"{element.Key} : {element.Value}"));
        if (list.Length > 0)
            Line($"{verb} element ip {table} {name} {{ {list} }}");
    }

    private void Drop(IEnumerable<string> chains, IEnumerable<(string Name, bool IsMap)> sets, bool flushed = false)
    {
        var names = chains.ToList();
        if (!flushed)
            foreach (var chain in names)
                Line($"flush chain ip {table} {chain}");
        foreach (var chain in names)
            Line($"delete chain ip {table} {chain}");
        foreach (var (name, isMap) in sets)
            Line($"delete {(isMap ? "map" : "set")} ip {table} {name}");
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
