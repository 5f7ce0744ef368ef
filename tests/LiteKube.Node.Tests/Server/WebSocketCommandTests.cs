using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Testing.Runtime;

namespace LiteKube.Node.Tests.Server;

public sealed class WebSocketCommandTests : IAsyncLifetime
{
    private const string Cat = "exec/default/web/" + NodeServerFixture.Uid + "/app?command=cat&input=1&output=1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly NodeServerFixture _node = new();

    public Task InitializeAsync()
    {
        _node.Runtime.Script = _ => new FakeContainerScript { Exec = Run };
        return _node.InitializeAsync();
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io")]
    public async Task The_outcome_of_a_failed_command_is_a_Status_with_its_code(string protocol)
    {
        using var socket = await _node.ConnectAsync("exec/default/web/app?command=fail&output=1&error=1", protocol);

        var channels = await ReadAllAsync(socket);

        Assert.Equal(protocol, socket.SubProtocol);
        Assert.Equal("out", Text(channels, 1));
        Assert.Equal("err", Text(channels, 2));
        using var status = JsonDocument.Parse(Text(channels, 3));
        Assert.Equal("Failure", status.RootElement.GetProperty("status").GetString());
        Assert.Equal("NonZeroExitCode", status.RootElement.GetProperty("reason").GetString());
        var cause = status.RootElement.GetProperty("details").GetProperty("causes")[0];
        Assert.Equal(("ExitCode", "7"), (cause.GetProperty("reason").GetString(), cause.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task The_outcome_of_a_good_command_is_Success()
    {
        using var socket = await _node.ConnectAsync("exec/default/web/app?command=good&stdout=true&stderr=true", "v5.channel.k8s.io");

        var channels = await ReadAllAsync(socket);

        Assert.Equal("out", Text(channels, 1));
        Assert.Equal("""{"metadata":{},"status":"Success"}""", Text(channels, 3));
    }

    [Fact]
    public async Task The_first_protocol_says_nothing_of_success()
    {
        using var socket = await _node.ConnectAsync("exec/default/web/app?command=good&stdout=true&stderr=true", "channel.k8s.io");

        var channels = await ReadAllAsync(socket);

        Assert.Equal("out", Text(channels, 1));
        Assert.Equal("", Text(channels, 3));
    }

    [Fact]
    public async Task A_client_without_a_protocol_gets_the_first()
    {
        using var socket = await _node.ConnectAsync("exec/default/web/app?command=fail&stdout=true");

        var channels = await ReadAllAsync(socket);

        Assert.Contains("exit status 7", Text(channels, 3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Base64_protocols_send_text_with_a_digit_for_the_channel()
    {
        using var socket = await _node.ConnectAsync(Cat, "base64.channel.k8s.io");
        await socket.SendAsync(Encoding.ASCII.GetBytes("0" + Convert.ToBase64String("hello"u8)), WebSocketMessageType.Text, true, default);

        var (channel, text) = await ReadMessageAsync(socket, skipEmpty: true);

        Assert.Equal((1, "hello"), (channel, Encoding.UTF8.GetString(text)));
    }

    [Fact]
    public async Task The_first_message_is_empty_and_says_that_the_command_runs()
    {
        using var socket = await _node.ConnectAsync(Cat, "v5.channel.k8s.io");

        var (channel, data) = await ReadMessageAsync(socket, skipEmpty: false);

        Assert.Equal(1, channel);
        Assert.Empty(data);
    }

    [Fact]
    public async Task Stdin_closed_by_the_v5_signal_ends_the_command_after_all_was_echoed()
    {
        using var socket = await _node.ConnectAsync(Cat, "v5.channel.k8s.io");
        var received = ReadAllAsync(socket);
        var sent = new byte[3_000_000];
        Random.Shared.NextBytes(sent);
        for (var at = 0; at < sent.Length; at += 30_000)
            await socket.SendAsync((byte[])[0, .. sent.AsSpan(at, 30_000)], WebSocketMessageType.Binary, true, default);
        await socket.SendAsync((byte[])[255, 0], WebSocketMessageType.Binary, true, default);

        var channels = await received.WaitAsync(Patience);

        Assert.Equal(sent, channels[1]);
        Assert.Contains("Success", Text(channels, 3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_in_fragments_is_one_message()
    {
        using var socket = await _node.ConnectAsync(Cat, "v5.channel.k8s.io");
        var received = ReadAllAsync(socket);
        await socket.SendAsync((byte[])[0], WebSocketMessageType.Binary, false, default);
        await socket.SendAsync("ab"u8.ToArray(), WebSocketMessageType.Binary, false, default);
        await socket.SendAsync("cd"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await socket.SendAsync((byte[])[255, 0], WebSocketMessageType.Binary, true, default);

        Assert.Equal("abcd", Text(await received.WaitAsync(Patience), 1));
    }

    [Fact]
    public async Task Terminal_sizes_reach_the_command()
    {
        using var socket = await _node.ConnectAsync(Cat + "&tty=1", "v5.channel.k8s.io");
        await socket.SendAsync((byte[])[4, .. """{"Width":120,"Height":40}"""u8], WebSocketMessageType.Binary, true, default);

        var streams = await WaitForAsync(() => _node.Runtime.OpenStreams.SingleOrDefault(s => s.Sizes.Count > 0));

        Assert.Equal([(120, 40)], streams.Sizes);
    }

    [Fact]
    public async Task A_client_that_breaks_off_closes_the_commands_streams()
    {
        var socket = await _node.ConnectAsync(Cat, "v5.channel.k8s.io");
        await ReadMessageAsync(socket, skipEmpty: false);
        var streams = await WaitForAsync(() => _node.Runtime.OpenStreams.SingleOrDefault());
        socket.Dispose();

        await streams.Closed.WaitAsync(Patience);
    }

    [Theory]
    [InlineData("exec/default/none/app?command=x&output=1", "404")]
    [InlineData("exec/default/web/late?command=x&output=1", "404")]
    [InlineData("exec/default/web/other-uid/app?command=x&output=1", "404")]
    [InlineData("exec/default/web/app?command=x", "400")]
    [InlineData("exec/default/web/app?output=1", "400")]
    public async Task What_cannot_be_run_is_refused_before_the_upgrade(string path, string status)
    {
        var error = await Assert.ThrowsAsync<WebSocketException>(() => _node.ConnectAsync(path, "v5.channel.k8s.io"));

        Assert.Contains(status, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_echoes_both_ways()
    {
        using var socket = await _node.ConnectAsync("attach/default/web/" + NodeServerFixture.Uid + "/app?input=1&output=1", "v5.channel.k8s.io");
        await socket.SendAsync((byte[])[0, .. "hi"u8], WebSocketMessageType.Binary, true, default);

        Assert.Equal("hi", Encoding.UTF8.GetString((await ReadMessageAsync(socket, skipEmpty: true)).Data));
    }

    private static ExecResult Run(IReadOnlyList<string> command) => command[0] switch
    {
        "good" => new ExecResult(0, "out"u8.ToArray(), [], false),
        "fail" => new ExecResult(7, "out"u8.ToArray(), "err"u8.ToArray(), false),
        var other => throw new ArgumentException($"unknown command {other}"),
    };

    private static string Text(Dictionary<int, byte[]> channels, int channel) => Encoding.UTF8.GetString(channels.GetValueOrDefault(channel, []));

    private static async Task<Dictionary<int, byte[]>> ReadAllAsync(ClientWebSocket socket)
    {
        var channels = new Dictionary<int, MemoryStream>();
        while (await ReadMessageAsync(socket, skipEmpty: false) is { Channel: >= 0 } message)
        {
            if (!channels.TryGetValue(message.Channel, out var data))
                channels[message.Channel] = data = new MemoryStream();
            data.Write(message.Data);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        return channels.ToDictionary(c => c.Key, c => c.Value.ToArray());
    }

    /// <summary>Channel -1 is the close.</summary>
    private static async Task<(int Channel, byte[] Data)> ReadMessageAsync(ClientWebSocket socket, bool skipEmpty)
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, limit.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return (-1, []);
            message.Write(buffer.AsSpan(0, received.Count));
            if (!received.EndOfMessage)
                continue;
            var bytes = message.ToArray();
            message.SetLength(0);
            var text = received.MessageType == WebSocketMessageType.Text;
            var data = text ? Convert.FromBase64String(Encoding.ASCII.GetString(bytes.AsSpan(1))) : bytes[1..];
            if (data.Length > 0 || !skipEmpty)
                return (text ? bytes[0] - '0' : bytes[0], data);
        }
    }

    private static async Task<T> WaitForAsync<T>(Func<T?> find)
        where T : class
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (find() is { } found)
                return found;
            await Task.Delay(10, limit.Token);
        }
    }
}
