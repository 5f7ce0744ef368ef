using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using LiteKube.Runtimes.Docker.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Docker;

public sealed class DockerStreamTests : IAsyncLifetime
{
    private readonly FakeEngine _engine = new();
    private DockerRuntime? _runtime;

    private DockerRuntime Runtime => _runtime!;

    public Task InitializeAsync()
    {
        _runtime = new DockerRuntime(new DockerRuntimeOptions { Host = _engine.Host }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);
        _engine.On("POST containers/c/exec", 201, """{"Id":"e"}""");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Runtime.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Theory]
    [InlineData("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n")]
    public async Task Stdin_ends_by_half_a_close_and_output_goes_on(string head)
    {
        _engine.Handlers["POST exec/e/start"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, head);
            using var stdin = new MemoryStream();
            await stream.CopyToAsync(stdin);
            await stream.WriteAsync(FakeEngine.Frame(1, "got " + Encoding.UTF8.GetString(stdin.ToArray())));
            await stream.WriteAsync(FakeEngine.Frame(2, "bye"));
        };
        _engine.OnEach("GET exec/e/json", (200, """{"Running":true,"ExitCode":null,"Pid":5,"ContainerID":"c"}"""), (200, """{"Running":false,"ExitCode":3,"Pid":5,"ContainerID":"c"}"""));
        await using var streams = await Runtime.ExecAsync("c", new ExecOptions(["cat"], true, true, true, false), default);

        await streams.Stdin!.WriteAsync("abc"u8.ToArray());
        await streams.CloseStdinAsync(default);
        var output = await ReadAsync(streams);

        Assert.Equal("1:got abc 2:bye ", output);
        Assert.Equal(3, await streams.GetExitCodeAsync(default));
    }

    [Fact]
    public async Task A_refused_start_is_the_engines_words()
    {
        _engine.On("POST exec/e/start", 409, """{"message":"Container c is paused"}""");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.ExecAsync("c", new ExecOptions(["x"], false, true, true, false), default));

        Assert.Equal("Container c is paused", error.Message);
    }

    [Fact]
    public async Task A_probes_output_is_cut_at_16_KiB()
    {
        _engine.Handlers["POST exec/e/start"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 101 UPGRADED\r\n\r\n");
            for (var i = 0; i < 10; i++)
                await stream.WriteAsync(FakeEngine.Frame(1, new string('x', 5000)));
            await stream.WriteAsync(FakeEngine.Frame(2, "short"));
        };
        _engine.On("GET exec/e/json", 200, """{"Running":false,"ExitCode":0,"Pid":5,"ContainerID":"c"}""");

        var result = await Runtime.ExecSyncAsync("c", ["x"], TimeSpan.FromSeconds(90), default);

        Assert.Equal((16 * 1024, 5, 0), (result.Stdout.Length, result.Stderr.Length, result.ExitCode));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Frames_are_sorted_however_they_are_cut(int pieceSize)
    {
        byte[] wire = [.. FakeEngine.Frame(1, "one"), .. FakeEngine.Frame(2, ""), .. FakeEngine.Frame(2, "two"), .. FakeEngine.Frame(1, "three")];
        var text = new Dictionary<OutputStream, string> { [OutputStream.Stdout] = "", [OutputStream.Stderr] = "" };

        await foreach (var (stream, data) in OutputFrames.ReadAsync(new PiecewiseStream(wire, pieceSize), raw: false, default))
            text[stream] += Encoding.UTF8.GetString(data.Span);

        Assert.Equal(("onethree", "two"), (text[OutputStream.Stdout], text[OutputStream.Stderr]));
    }

    [Fact]
    public async Task What_is_not_framed_is_an_error_and_not_memory()
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(async () =>
        {
            await foreach (var _ in OutputFrames.ReadAsync(new MemoryStream("hello world, not framed"u8.ToArray()), raw: false, default))
            {
            }
        });

        Assert.Contains("not framed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_messages_lose_their_time_and_keep_their_stream()
    {
        _engine.On("GET containers/c/json", 200, Inspect(tty: false));
        _engine.Handlers["GET containers/c/logs"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            await stream.WriteAsync(FakeEngine.Frame(1, "2026-01-02T03:04:05.123456789Z one\n"));
            await stream.WriteAsync(FakeEngine.Frame(2, "2026-01-02T03:04:06.000000000Z \n"));
            await stream.WriteAsync(FakeEngine.Frame(1, "2026-01-02T03:04:07.100000000Z end"));
        };

        var entries = await LogAsync(new LogOptions(Follow: true, TailLines: 5, Since: DateTimeOffset.FromUnixTimeMilliseconds(1500)));

        Assert.Equal([("one\n", OutputStream.Stdout), ("\n", OutputStream.Stderr), ("end", OutputStream.Stdout)], entries.Select(e => (e.Text, e.Stream)));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567), entries[0].Time);
        var path = _engine.Requests.Last().Path;
        foreach (var part in (string[])["follow=1", "tail=5", "since=1.500000000", "timestamps=1"])
            Assert.Contains(part, path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminals_log_is_cut_at_line_feeds_and_where_the_engine_cut_long_lines()
    {
        const string Time = "2026-01-02T03:04:05.123456789Z ";
        _engine.On("GET containers/c/json", 200, Inspect(tty: true));
        _engine.Handlers["GET containers/c/logs"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            await FakeEngine.WriteAsync(stream, Time + "one\r\n" + Time + new string('x', 16 * 1024) + Time + "rest\r\n" + Time + "$ ");
        };

        var entries = await LogAsync(new LogOptions());

        Assert.Equal(["one\r\n", new string('x', 16 * 1024), "rest\r\n", "$ "], entries.Select(e => e.Text));
    }

    [Theory]
    [InlineData("2026-13-02T03:04:05.123456789Z x")]
    [InlineData("2026-01-02T03:04:05.12345678Z xx")]
    [InlineData("2026-02-30T03:04:05.123456789Z x")]
    [InlineData("not a time at all, only some words")]
    public void What_is_no_time_is_not_taken_for_one(string text) => Assert.False(LogTime.TryParse(Encoding.UTF8.GetBytes(text), out _));

    private static string Inspect(bool tty) =>
        $$$"""
        {"Id":"c","Created":"2026-01-02T03:04:05Z","Image":"sha256:1","State":{"Status":"running","Running":true,"OOMKilled":false,"Pid":1,"ExitCode":0,"Error":"","StartedAt":"2026-01-02T03:04:05Z","FinishedAt":"0001-01-01T00:00:00Z"},
         "Config":{"Labels":{},"Tty":{{{(tty ? "true" : "false")}}}},"HostConfig":{"NetworkMode":"none"}}
        """;

    private static async Task<string> ReadAsync(IContainerStreams streams)
    {
        var text = new StringBuilder();
        await foreach (var (stream, data) in streams.ReadOutputAsync(default))
            text.Append((int)stream).Append(':').Append(Encoding.UTF8.GetString(data.Span)).Append(' ');
        return text.ToString();
    }

    private async Task<List<(DateTimeOffset Time, OutputStream Stream, string Text)>> LogAsync(LogOptions options)
    {
        var entries = new List<(DateTimeOffset, OutputStream, string)>();
        await foreach (var entry in Runtime.ReadLogsAsync("c", options, default))
            entries.Add((entry.Time, entry.Stream, Encoding.UTF8.GetString(entry.Text.Span)));
        return entries;
    }

    private sealed class PiecewiseStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
