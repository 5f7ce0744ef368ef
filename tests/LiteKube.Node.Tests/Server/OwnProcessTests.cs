using System.Net;
using System.Net.WebSockets;
using System.Text;
using LiteKube.Testing.Runtime;

namespace LiteKube.Node.Tests.Server;

/// <summary>Connections to the node's server from its own process, without TLS.</summary>
public sealed class OwnProcessTests : IAsyncLifetime
{
    private readonly NodeServerFixture _node = new();

    public Task InitializeAsync()
    {
        _node.Runtime.Script = _ => new FakeContainerScript { Log = ["first", new string('x', 10_000), "last"] };
        return _node.InitializeAsync();
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("O=system:masters, CN=system:apiserver", HttpStatusCode.OK)]
    [InlineData("O=system:nodes, CN=system:node:other", HttpStatusCode.Forbidden)]
    public async Task The_certificate_that_is_shown_decides_as_over_TLS(string subject, HttpStatusCode expected)
    {
        using var certificate = _node.Certificates.IssueClient(subject);
        using var client = _node.NewOwnClient(certificate);

        Assert.Equal(expected, (await client.GetAsync("pods")).StatusCode);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_no_certificate()
    {
        using var other = new TestCertificates();
        using var certificate = other.IssueClient("O=system:masters, CN=system:apiserver");
        using var client = _node.NewOwnClient(certificate);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("pods")).StatusCode);
    }

    [Fact]
    public async Task A_servers_certificate_is_no_clients()
    {
        using var client = _node.NewOwnClient(_node.Certificates.Serving);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("pods")).StatusCode);
    }

    [Fact]
    public async Task A_new_authority_counts_from_the_next_connection_on()
    {
        using var old = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using var before = _node.NewOwnClient(old);
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("pods")).StatusCode);

        _node.ReplaceCertificates();

        using var stale = _node.NewOwnClient(old);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stale.GetAsync("pods")).StatusCode);
        using var renewed = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using var after = _node.NewOwnClient(renewed);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("pods")).StatusCode);
    }

    [Fact]
    public async Task A_log_is_read_whole()
    {
        using var certificate = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using var client = _node.NewOwnClient(certificate);

        Assert.Equal($"first\n{new string('x', 10_000)}\nlast\n", await client.GetStringAsync("containerLogs/default/web/app"));
        Assert.Equal("last\n", await client.GetStringAsync("containerLogs/default/web/app?tailLines=1"));
    }

    [Fact]
    public async Task Usage_is_told()
    {
        using var certificate = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using var client = _node.NewOwnClient(certificate);

        Assert.Contains("\"podRef\"", await client.GetStringAsync("stats/summary"), StringComparison.Ordinal);
        Assert.Contains("kubelet_running_pods 1\n", await client.GetStringAsync("metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_talks_both_ways_and_its_end_is_told()
    {
        using var certificate = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(_node.Connect(certificate)!) });
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(new Uri("ws://node/exec/default/web/app?command=cat&input=1&output=1"), invoker, default);

        await socket.SendAsync("\0hello"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await socket.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, default);

        var (text, status) = await ReadAsync(socket);
        Assert.Equal("hello", text);
        Assert.Contains("\"Success\"", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_has_stopped_is_not_connected_with()
    {
        using var certificate = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        await using (var open = _node.Connect(certificate))
            Assert.NotNull(open);

        await _node.StopAsync();

        Assert.Null(_node.Connect(certificate));
    }

    private static async Task<(string Output, string Status)> ReadAsync(ClientWebSocket socket)
    {
        var texts = new Dictionary<byte, StringBuilder>();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, default);
            if (received.MessageType == WebSocketMessageType.Close)
                break;
            if (!texts.TryGetValue(buffer[0], out var text))
                texts[buffer[0]] = text = new StringBuilder();
            text.Append(Encoding.UTF8.GetString(buffer, 1, received.Count - 1));
        }

        return (texts[1].ToString(), texts[3].ToString());
    }
}
