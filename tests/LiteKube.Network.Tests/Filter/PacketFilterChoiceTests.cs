using LiteKube.Network.Filter;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Network.Tests.Filter;

public sealed class PacketFilterChoiceTests
{
    [Fact]
    public async Task Nft_is_taken_where_it_can_do_all() =>
        Assert.Equal("nftables", (await ChooseAsync(new FakeTools(["nft", "iptables", "iptables-restore"]))).Name);

    [Fact]
    public async Task Iptables_is_taken_where_nft_cannot() =>
        Assert.Equal("iptables", (await ChooseAsync(new FakeTools(["nft", "iptables", "iptables-restore"]) { Failure = "Error: syntax error" })).Name);

    [Fact]
    public async Task Without_either_the_message_names_packages_and_remedy()
    {
        var failure = await Assert.ThrowsAsync<PacketFilterException>(() => ChooseAsync(new FakeTools([])));

        Assert.Contains("package nftables", failure.Message, StringComparison.Ordinal);
        Assert.Contains("apt-get install nftables", failure.Message, StringComparison.Ordinal);
    }

    private static Task<IPacketFilter> ChooseAsync(IToolRunner tools) =>
        new PacketFilterChoice(new NetworkOptions { NodeName = "one" }, tools, NullLogger.Instance).ChooseAsync(CancellationToken.None);

    private sealed class FakeTools(string[] installed) : IToolRunner
    {
        public string? Failure { get; init; }

        public string? Find(string tool) => installed.Contains(tool) ? $"/sbin/{tool}" : null;

        public Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken) =>
            Task.FromResult(Failure is null ? new ToolResult(0, "", "") : new ToolResult(1, "", Failure));
    }
}
