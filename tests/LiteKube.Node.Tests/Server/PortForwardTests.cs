using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace LiteKube.Node.Tests.Server;

public sealed class PortForwardTests : IAsyncLifetime
{
    private const string Path = "portForward/default/web/" + NodeServerFixture.Uid;

    private readonly NodeServerFixture _node = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    private string Port => ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

    public async Task InitializeAsync()
    {
        _listener.Start();
        _serving = ServeAsync();
        await _node.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    [Fact]
    public async Task Connections_are_forwarded_side_by_side_and_closed_one_by_one()
    {
        await using var client = await OpenSpdyAsync();
        await OpenPairAsync(client, 1, "0", Port);
        await OpenPairAsync(client, 5, "1", Port);
        await client.SendDataAsync(3, "first"u8);
        await client.SendDataAsync(7, "second"u8, fin: true);

        await client.WaitAsync(c => c.Finished.IsSupersetOf([5, 7]) && c.Text(3).Length == 5);
        Assert.Equal(("FIRST", "SECOND"), (client.Text(3), client.Text(7)));
        Assert.Equal("", client.Text(5));

        await client.SendDataAsync(3, " more"u8, fin: true);
        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3]));
        Assert.Equal("FIRST MORE", client.Text(3));
    }

    [Fact]
    public async Task A_port_where_nothing_listens_is_told_on_the_error_stream()
    {
        await using var client = await OpenSpdyAsync();
        _listener.Stop();

        await OpenPairAsync(client, 1, "0", Port == "0" ? "1" : Port);

        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3]));
        Assert.Contains("error forwarding port", client.Text(1), StringComparison.Ordinal);
        Assert.Contains("refused", client.Text(1), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_stream_whose_partner_never_comes_is_reset()
    {
        await using var node = new NodeServerFixture { StreamCreationTimeout = TimeSpan.FromSeconds(5) };
        await node.InitializeAsync();
        await using var client = await OpenSpdyAsync(node);

        await client.OpenAsync(1, ("streamtype", "error"), ("port", Port), ("requestid", "0"));

        await client.WaitAsync(c => c.Resets.ContainsKey(1));
    }

    [Fact]
    public async Task SPDY_inside_a_WebSocket_is_the_same()
    {
        var (socket, head) = await _node.UpgradeAsync(Path, "SPDY/3.1+portforward.k8s.io");
        Assert.Contains("Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n", head, StringComparison.OrdinalIgnoreCase);
        await using var client = new SpdyTestClient(WebSocketStream.Create(socket!, WebSocketMessageType.Binary, ownsWebSocket: true));
        client.Start();
        await OpenPairAsync(client, 1, "0", Port);
        var sent = new byte[1_000_000];
        Array.Fill(sent, (byte)'a');
        for (var at = 0; at < sent.Length; at += 50_000)
            await client.SendDataAsync(3, sent.AsSpan(at, 50_000), fin: at + 50_000 == sent.Length);

        await client.WaitAsync(c => c.Finished.IsSupersetOf([1, 3]));

        Assert.Equal(sent.Length, client.Data(3).Length);
        Assert.All(client.Data(3), b => Assert.Equal((byte)'A', b));
    }

    [Fact]
    public async Task WebSocket_channels_begin_with_the_port()
    {
        using var socket = await _node.ConnectAsync($"{Path}?ports={Port}", "v4.channel.k8s.io");
        await socket.SendAsync((byte[])[0, .. "hello"u8], WebSocketMessageType.Binary, true, default);
        var port = ushort.Parse(Port, CultureInfo.InvariantCulture);
        byte[] prefix = [(byte)port, (byte)(port >> 8)];
        var channels = new Dictionary<int, List<byte>> { [0] = [], [1] = [] };
        var buffer = new byte[1000];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (channels[0].Count < 7)
        {
            var received = await socket.ReceiveAsync(buffer, limit.Token);
            channels[buffer[0]].AddRange(buffer[1..received.Count]);
        }

        Assert.Equal([.. prefix, .. "HELLO"u8], channels[0]);
        Assert.Equal(prefix, channels[1]);
    }

    [Fact]
    public async Task A_pod_without_a_sandbox_is_refused()
    {
        await _node.Runtime.StopSandboxAsync(_node.Sandbox, default);

        var (_, head) = await _node.UpgradeAsync(Path, "SPDY/3.1+portforward.k8s.io");

        Assert.StartsWith("HTTP/1.1 404 ", head, StringComparison.Ordinal);
    }

    private static async Task OpenPairAsync(SpdyTestClient client, int error, string request, string port)
    {
        await client.OpenAsync(error, ("streamtype", "error"), ("port", port), ("requestid", request));
        await client.OpenAsync(error + 2, ("streamtype", "data"), ("port", port), ("requestid", request));
        await client.WaitAsync(c => c.Replied.IsSupersetOf([error, error + 2]));
    }

    private async Task<SpdyTestClient> OpenSpdyAsync(NodeServerFixture? node = null)
    {
        var (client, head) = await SpdyTestClient.UpgradeAsync(await (node ?? _node).OpenTlsAsync(), Path, "portforward.k8s.io");
        Assert.Contains("X-Stream-Protocol-Version: portforward.k8s.io", head, StringComparison.OrdinalIgnoreCase);
        client.Start();
        return client;
    }

    /// <summary>Gives everything back in capitals, and ends when the client does.</summary>
    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ShoutAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ShoutAsync(Socket connection)
    {
        using (connection)
        {
            try
            {
                var buffer = new byte[4096];
                for (int read; (read = await connection.ReceiveAsync(buffer.AsMemory(), _stop.Token)) > 0;)
                    await connection.SendAsync(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(buffer, 0, read).ToUpperInvariant()), _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
