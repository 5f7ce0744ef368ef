namespace LiteKube.Network.Tests.Live;

/// <summary>A test that makes network namespaces: needs root, iproute2 and nftables, and is skipped where one is missing.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = LiveRequirements.Missing;
}

public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = LiveRequirements.Missing;
}

internal static class LiveRequirements
{
    internal static string? Missing { get; } = Find();

    private static string? Find()
    {
        if (Environment.UserName != "root")
            return "needs root";
        string[] tools = ["ip", "nft", "iptables"];
        var absent = tools.Where(tool => new LiteKube.Network.Filter.ToolRunner().Find(tool) is null).ToList();
        return absent.Count == 0 ? null : $"needs {string.Join(", ", absent)}";
    }
}
