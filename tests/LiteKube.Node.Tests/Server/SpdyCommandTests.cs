using System.Text;
using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Testing.Runtime;

namespace LiteKube.Node.Tests.Server;

public sealed class SpdyCommandTests : IAsyncLifetime
{
    private const string Cat = "exec/default/web/" + NodeServerFixture.Uid + "/app?command=cat&input=1&output=1";

    private readonly NodeServerFixture _node = new();

    public Task InitializeAsync()
    {
        _node.Runtime.Script = _ => new FakeContainerScript { Exec = Run };
        return _node.InitializeAsync();
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Header_blocks_compressed_by_zlib_with_the_dictionary_are_understood()
    {
        await using var client = await OpenAsync(Cat, "v4.channel.k8s.io");

        // What zlib makes of streamtype=error, =stdin and =stdout as one stream at its highest level.
        await client.OpenRawAsync(1, Convert.FromHexString("78f9e3c6a7c202a62346703a2b294a4dcc851625aca9a08006000000ffff"));
        await client.OpenRawAsync(3, Convert.FromHexString("c22e555c02cc2e00000000ffff"));
        await client.OpenRawAsync(5, Convert.FromHexString("c22a054ce729f9a52500000000ffff"));
        await client.WaitAsync(c => c.Replied.SetEquals([1, 3, 5]));
        await client.SendDataAsync(3, "hello"u8, fin: true);

        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 5]));
        Assert.Equal("hello", client.Text(5));
        Assert.Equal("""{"metadata":{},"status":"Success"}""", client.Text(1));
    }

    [Fact]
    public async Task A_failed_command_tells_its_code_on_the_error_stream()
    {
        await using var client = await OpenAsync("exec/default/web/app?command=fail&output=1&error=1", "v4.channel.k8s.io");
        await client.OpenAsync(1, ("streamtype", "error"));
        await client.OpenAsync(3, ("streamtype", "stdout"));
        await client.OpenAsync(5, ("streamtype", "stderr"));

        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3, 5]));
        Assert.Equal(("out", "err"), (client.Text(3), client.Text(5)));
        using var status = JsonDocument.Parse(client.Text(1));
        Assert.Equal("7", status.RootElement.GetProperty("details").GetProperty("causes")[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Before_v4_a_failure_is_told_in_words()
    {
        await using var client = await OpenAsync("exec/default/web/app?command=fail&output=1", "v2.channel.k8s.io", "channel.k8s.io");
        await client.OpenAsync(1, ("streamtype", "error"));
        await client.OpenAsync(3, ("streamtype", "stdout"));

        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3]));
        Assert.Contains("exit status 7", client.Text(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clients_first_known_protocol_is_taken()
    {
        await using var tls = await _node.OpenTlsAsync();

        var (_, head) = await SpdyTestClient.UpgradeAsync(tls, Cat, "v5.channel.k8s.io", "v4.channel.k8s.io", "v3.channel.k8s.io");

        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("X-Stream-Protocol-Version: v4.channel.k8s.io\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Upgrade: SPDY/3.1\r\n", head, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_client_that_speaks_none_of_the_protocols_is_told_which_there_are()
    {
        await using var tls = await _node.OpenTlsAsync();

        var (_, head) = await SpdyTestClient.UpgradeAsync(tls, Cat, "v9.channel.k8s.io");

        Assert.StartsWith("HTTP/1.1 403 ", head, StringComparison.Ordinal);
        Assert.Contains("v4.channel.k8s.io", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Megabytes_go_both_ways_to_a_client_without_flow_control()
    {
        await using var client = await OpenStreamsAsync();
        var sent = new byte[4_000_000];
        Random.Shared.NextBytes(sent);
        for (var at = 0; at < sent.Length; at += 50_000)
            await client.SendDataAsync(3, sent.AsSpan(at, 50_000), fin: at + 50_000 == sent.Length);

        await client.WaitAsync(c => c.Finished.Contains(5) && c.WindowUpdates.GetValueOrDefault(3) >= sent.Length - (64 * 1024) && c.WindowUpdates.GetValueOrDefault(0) >= sent.Length - (64 * 1024));

        Assert.Equal(sent, client.Data(5));
        Assert.InRange(client.WindowUpdates[3], sent.Length - (64 * 1024), sent.Length);
        Assert.InRange(client.WindowUpdates[0], sent.Length - (64 * 1024), sent.Length);
    }

    [Fact]
    public async Task A_client_with_flow_control_gets_no_more_than_its_window()
    {
        await using var client = await OpenAsync("exec/default/web/app?command=big&output=1", "v4.channel.k8s.io");
        await client.SendControlAsync(4, 1, 7, 1000);
        await client.OpenAsync(1, ("streamtype", "error"));
        await client.OpenAsync(3, ("streamtype", "stdout"));
        await client.WaitAsync(c => c.Data(3).Length == 1000);

        // Whatever was sent before the pong has come.
        await client.SendControlAsync(6, 11);
        await client.WaitAsync(c => c.Pongs.Contains(11));
        Assert.Equal(1000, client.Data(3).Length);
        Assert.Empty(client.Data(1));

        await client.SendControlAsync(9, 3, 4000);
        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3]));
        Assert.Equal(5000, client.Data(3).Length);
    }

    [Fact]
    public async Task Terminal_sizes_come_on_the_resize_stream()
    {
        await using var client = await OpenAsync(Cat + "&tty=1", "v3.channel.k8s.io");
        await client.OpenAsync(1, ("streamtype", "error"));
        await client.OpenAsync(3, ("streamtype", "stdin"));
        await client.OpenAsync(5, ("streamtype", "stdout"));
        await client.OpenAsync(7, ("streamtype", "resize"));
        await client.SendDataAsync(7, """{"Width":100,"""u8);
        await client.SendDataAsync(7, Encoding.UTF8.GetBytes("\"Height\":30}\n{\"Width\":101,\"Height\":31}\n"));
        await client.SendDataAsync(3, "x"u8);
        await client.WaitAsync(c => c.Text(5) == "x");

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (_node.Runtime.OpenStreams[0].Sizes.Count < 2)
            await Task.Delay(10, limit.Token);
        Assert.Equal([(100, 30), (101, 31)], _node.Runtime.OpenStreams[0].Sizes);
    }

    [Fact]
    public async Task A_connection_cut_by_the_client_closes_the_commands_streams()
    {
        var client = await OpenStreamsAsync();
        await client.SendDataAsync(3, "x"u8);
        await client.WaitAsync(c => c.Text(5) == "x");

        await client.DisposeAsync();

        await _node.Runtime.OpenStreams[0].Closed.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Stream_ids_that_the_client_may_not_use_are_reset(int id)
    {
        await using var client = await OpenStreamsAsync();

        await client.OpenAsync(id, ("streamtype", "stdout"));

        await client.WaitAsync(c => c.Resets.ContainsKey(id));
        Assert.Equal(1, client.Resets[id]);
    }

    [Fact]
    public async Task Nonsense_ends_the_session_with_a_GOAWAY()
    {
        await using var client = await OpenAsync(Cat, "v4.channel.k8s.io");

        await client.OpenRawAsync(1, [0x78, 0x9C, 1, 2, 3, 4, 5, 6]);

        await client.WaitAsync(c => c.GoAwayStatus is not null);
        Assert.Equal(1, client.GoAwayStatus);
    }

    [Fact]
    public async Task A_client_that_does_not_open_its_streams_is_given_up()
    {
        await using var node = new NodeServerFixture { StreamCreationTimeout = TimeSpan.FromSeconds(5) };
        await node.InitializeAsync();
        await using var client = await OpenAsync(node, Cat, "v4.channel.k8s.io");
        await client.OpenAsync(1, ("streamtype", "error"));

        await client.WaitAsync(c => c.Closed);

        Assert.Empty(node.Runtime.OpenStreams);
    }

    private static ExecResult Run(IReadOnlyList<string> command) => command[0] switch
    {
        "fail" => new ExecResult(7, "out"u8.ToArray(), "err"u8.ToArray(), false),
        "big" => new ExecResult(0, new byte[5000], [], false),
        var other => throw new ArgumentException($"unknown command {other}"),
    };

    private Task<SpdyTestClient> OpenAsync(string path, params string[] protocols) => OpenAsync(_node, path, protocols);

    private static async Task<SpdyTestClient> OpenAsync(NodeServerFixture node, string path, params string[] protocols)
    {
        var (client, head) = await SpdyTestClient.UpgradeAsync(await node.OpenTlsAsync(), path, protocols);
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        client.Start();
        return client;
    }

    private async Task<SpdyTestClient> OpenStreamsAsync()
    {
        var client = await OpenAsync(Cat, "v4.channel.k8s.io");
        await client.OpenAsync(1, ("streamtype", "error"));
        await client.OpenAsync(3, ("streamtype", "stdin"));
        await client.OpenAsync(5, ("streamtype", "stdout"));
        await client.WaitAsync(c => c.Replied.SetEquals([1, 3, 5]));
        return client;
    }
}
