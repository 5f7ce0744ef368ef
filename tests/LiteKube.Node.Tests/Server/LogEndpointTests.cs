using System.Net;
using System.Net.WebSockets;
using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Tests.Server;

public sealed class LogEndpointTests : IAsyncLifetime
{
    private readonly NodeServerFixture _node = new();

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        _node.Runtime.WriteLog(_node.Container, "one");
        _node.Runtime.WriteLog(_node.Container, "two", OutputStream.Stderr);
        _node.Runtime.WriteLog(_node.Container, "three");
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("", "one\ntwo\nthree\n")]
    [InlineData("?tailLines=1", "three\n")]
    [InlineData("?tailLines=0", "")]
    [InlineData("?limitBytes=1", "o")]
    [InlineData("?limitBytes=6", "one\ntw")]
    [InlineData("?stream=Stderr", "two\n")]
    [InlineData("?sinceSeconds=3600", "one\ntwo\nthree\n")]
    [InlineData("?sinceTime=2099-01-01T00:00:00Z", "")]
    public async Task The_log_is_cut_as_asked(string query, string expected)
    {
        using var client = _node.NewClient();

        Assert.Equal(expected, await client.GetStringAsync("containerLogs/default/web/app" + query));
    }

    [Fact]
    public async Task Timestamps_are_the_first_word_of_each_line_with_nanoseconds()
    {
        using var client = _node.NewClient();

        var lines = (await client.GetStringAsync("containerLogs/default/web/app?timestamps=true")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(3, lines.Length);
        Assert.All(lines, l => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (one|two|three)$", l));
    }

    [Fact]
    public async Task A_followed_log_goes_on_until_the_container_ends()
    {
        using var client = _node.NewClient();
        await using var stream = await client.GetStreamAsync("containerLogs/default/web/app?follow=true&tailLines=1");
        using var reader = new StreamReader(stream);
        Assert.Equal("three", await reader.ReadLineAsync());

        _node.Runtime.WriteLog(_node.Container, "four");
        Assert.Equal("four", await reader.ReadLineAsync());
        _node.Runtime.Exit(_node.Container, 0);

        Assert.Null(await reader.ReadLineAsync());
    }

    [Theory]
    [InlineData("default/none/app", HttpStatusCode.NotFound, "pod \"none\" does not exist")]
    [InlineData("default/web/none", HttpStatusCode.NotFound, "container \"none\" not found")]
    [InlineData("default/web/late", HttpStatusCode.BadRequest, "container \"late\" in pod \"web\" is waiting to start: trying and failing to pull image")]
    [InlineData("default/web/app?previous=true", HttpStatusCode.BadRequest, "previous terminated container \"app\" in pod \"web\" not found")]
    [InlineData("default/web/app?tailLines=-1", HttpStatusCode.UnprocessableEntity, "tailLines: Invalid value")]
    public async Task What_has_no_log_is_refused_with_a_reason(string path, HttpStatusCode status, string message)
    {
        using var client = _node.NewClient();

        using var response = await client.GetAsync("containerLogs/" + path);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(message, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("binary.k8s.io", WebSocketMessageType.Binary)]
    [InlineData("base64.binary.k8s.io", WebSocketMessageType.Text)]
    public async Task Over_a_WebSocket_the_log_comes_as_messages_and_then_a_close(string protocol, WebSocketMessageType type)
    {
        using var socket = await _node.ConnectAsync("containerLogs/default/web/app", protocol);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, default);
            if (received.MessageType == WebSocketMessageType.Close)
                break;
            Assert.Equal(type, received.MessageType);
            var bytes = buffer.AsSpan(0, received.Count);
            text.Append(type == WebSocketMessageType.Binary ? Encoding.UTF8.GetString(bytes) : Encoding.UTF8.GetString(Convert.FromBase64String(Encoding.ASCII.GetString(bytes))));
        }

        Assert.Equal(protocol, socket.SubProtocol);
        Assert.Equal("one\ntwo\nthree\n", text.ToString());
    }
}
