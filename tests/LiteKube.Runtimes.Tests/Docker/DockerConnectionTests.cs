using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Docker;

public sealed class DockerConnectionTests
{
    [Theory]
    [InlineData("1.41", "/v1.41/containers/abc/json")]
    [InlineData("1.45", "/v1.45/containers/abc/json")]
    [InlineData("1.99", "/v1.47/containers/abc/json")]
    public async Task The_newest_version_that_both_know_is_spoken(string engineVersion, string expected)
    {
        await using var engine = new FakeEngine { ApiVersion = engineVersion };
        engine.On("GET containers/abc/json", 404, """{"message":"No such container: abc"}""");
        await using var runtime = Open(engine.Host);

        Assert.Null(await runtime.GetContainerAsync("abc", default));

        Assert.Equal(expected, Assert.Single(engine.Requests).Path);
    }

    [Theory]
    [InlineData("1.40", "speaks API 1.40")]
    [InlineData("unknown", "is not a Docker Engine")]
    public async Task What_is_too_old_or_no_engine_is_refused(string engineVersion, string message)
    {
        await using var engine = new FakeEngine { ApiVersion = engineVersion };
        await using var runtime = Open(engine.Host);

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await runtime.GetContainerAsync("abc", default));

        Assert.Equal(RuntimeError.Unavailable, error.Error);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_socket_is_named_with_a_remedy()
    {
        await using var runtime = Open("unix:///nowhere/docker.sock");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await runtime.GetInfoAsync(default));

        Assert.Equal(RuntimeError.Unavailable, error.Error);
        Assert.Contains("unix:///nowhere/docker.sock", error.Message, StringComparison.Ordinal);
        Assert.Contains("systemctl start docker", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_nobody_listens_on_is_named_with_a_remedy()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("engine").FullName, "docker.sock");
        await File.WriteAllTextAsync(path, "");
        await using var runtime = Open("unix://" + path);

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await runtime.GetInfoAsync(default));

        Assert.Contains("nothing listens on it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_is_unavailable()
    {
        await using var engine = new FakeEngine();
        engine.Handlers["GET containers/abc/json"] = (_, stream) => stream.ReadAsync(new byte[1]).AsTask();
        await using var runtime = new DockerRuntime(new DockerRuntimeOptions { Host = engine.Host, RequestTimeout = TimeSpan.FromMilliseconds(300) }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await runtime.GetContainerAsync("abc", default));

        Assert.Equal(RuntimeError.Unavailable, error.Error);
        Assert.Contains("did not answer GET", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_is_no_unix_socket_is_refused() => Assert.Throws<ArgumentException>(() => Open("tcp://127.0.0.1:2375"));

    [Fact]
    public async Task Events_are_sorted_and_end_with_the_connection()
    {
        await using var engine = new FakeEngine();
        engine.Handlers["GET events"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            await FakeEngine.WriteAsync(stream, Event("start", "container") + Event("start", "sandbox") + Event("oom", "container"));
            await FakeEngine.WriteAsync(stream, Event("die", "container") + Event("die", "sandbox") + Event("destroy", "sandbox"));
        };
        await using var runtime = Open(engine.Host);

        var events = new List<RuntimeEvent>();
        await foreach (var happened in runtime.WatchEventsAsync(default))
            events.Add(happened);

        Assert.Equal(
            [RuntimeEventType.ContainerStarted, RuntimeEventType.ContainerOom, RuntimeEventType.ContainerDied, RuntimeEventType.SandboxDied, RuntimeEventType.Removed],
            events.Select(e => e.Type));
        Assert.All(events, e => Assert.Equal(new PodIdentity("u", "n", "p"), e.Pod));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_795_274_751_692), events[0].Time.AddTicks(-events[0].Time.Ticks % TimeSpan.TicksPerMillisecond));
        Assert.Contains("since=", Assert.Single(engine.Requests).Path, StringComparison.Ordinal);
    }

    private static DockerRuntime Open(string host) => new(new DockerRuntimeOptions { Host = host }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);

    private static string Event(string action, string type) =>
        $$$"""{"Type":"container","Action":"{{{action}}}","Actor":{"ID":"abc","Attributes":{"io.litekube":"{{{type}}}","io.litekube.pod.uid":"u","io.litekube.pod.namespace":"n","io.litekube.pod.name":"p"}},"timeNano":1795274751692799024}""" + "\n";
}
