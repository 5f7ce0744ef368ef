using System.Text;
using LiteKube.Node.Runtime;
using Xunit;

namespace LiteKube.Testing.Runtime;

/// <summary>
/// What every <see cref="IContainerRuntime"/> must do. A subclass opens the runtime and names an image that has a shell at /bin/sh; a runtime that
/// runs nothing plays the commands of <see cref="Commands"/>.
/// </summary>
#pragma warning disable CA1001 // xunit disposes through IAsyncLifetime.
public abstract class RuntimeContract : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(6));
    private readonly List<string> _sandboxes = [];
    private IContainerRuntime? _runtime;

    /// <summary>The whole vocabulary of these tests, each run by <c>/bin/sh -c</c>.</summary>
    public static class Commands
    {
        public const string Serve = "trap 'exit 143' TERM; echo ready; while :; do sleep 0.05; done";
        public const string Stubborn = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        public const string ExitThree = "exit 3";
        public const string ThreeLines = "echo one; echo two; echo three";
        public const string MissingProgram = "/no/such/program";
        public const string Both = "echo out; echo err >&2; exit 4";
        public const string Forever = "sleep 1000";
    }

    protected IContainerRuntime Runtime => _runtime ?? throw new InvalidOperationException("not initialized");

    protected CancellationToken Cancellation => _limit.Token;

    /// <summary>An image that is there.</summary>
    protected abstract string Image { get; }

    /// <summary>The runtime anew, as after a restart of LiteKube; what earlier ones made is still there.</summary>
    protected abstract ValueTask<IContainerRuntime> OpenAsync();

    public async Task InitializeAsync() => _runtime = await OpenAsync();

    public virtual async Task DisposeAsync()
    {
        foreach (var sandbox in _sandboxes)
        {
            await Runtime.StopSandboxAsync(sandbox, CancellationToken.None);
            await Runtime.RemoveSandboxAsync(sandbox, CancellationToken.None);
        }

        await Runtime.DisposeAsync();
        _limit.Dispose();
    }

    [Fact]
    public async Task A_sandbox_is_ready_and_listed_until_it_is_removed()
    {
        var pod = NewPod();
        var id = await CreateSandboxAsync(pod);

        var status = await Runtime.GetSandboxAsync(id, Cancellation);
        Assert.NotNull(status);
        Assert.Equal(pod, status.Pod);
        Assert.True(status.Ready);
        Assert.NotNull(status.NetworkNamespace);
        Assert.Contains(await Runtime.ListSandboxesAsync(Cancellation), s => s.Id == id && s.Pod == pod);

        await Runtime.StopSandboxAsync(id, Cancellation);
        Assert.False((await Runtime.GetSandboxAsync(id, Cancellation))!.Ready);
        await Runtime.StopSandboxAsync(id, Cancellation);

        await Runtime.RemoveSandboxAsync(id, Cancellation);
        Assert.Null(await Runtime.GetSandboxAsync(id, Cancellation));
        await Runtime.RemoveSandboxAsync(id, Cancellation);
    }

    [Fact]
    public async Task A_sandbox_on_the_hosts_network_has_no_namespace_of_its_own()
    {
        var id = await Runtime.CreateSandboxAsync(new SandboxConfig(NewPod(), 0, "host") { HostNetwork = true }, Cancellation);
        _sandboxes.Add(id);

        var status = await Runtime.GetSandboxAsync(id, Cancellation);

        Assert.True(status!.Ready);
        Assert.Null(status.NetworkNamespace);
    }

    [Fact]
    public async Task A_container_goes_from_created_over_running_to_exited()
    {
        var (sandbox, config) = await PrepareAsync(Commands.Serve);
        config = config with { Attempt = 2, Annotations = new Dictionary<string, string> { ["example.org/hash"] = "a1 b2" } };
        var id = await Runtime.CreateContainerAsync(sandbox, config, Cancellation);

        var created = await Runtime.GetContainerAsync(id, Cancellation);
        Assert.Equal(ContainerState.Created, created!.State);
        Assert.Equal((sandbox, config.Pod, config.Name, 2), (created.SandboxId, created.Pod, created.Name, created.Attempt));
        Assert.Equal("a1 b2", created.Annotations["example.org/hash"]);
        Assert.Equal(Image, created.Image);

        await Runtime.StartContainerAsync(id, Cancellation);
        await Runtime.StartContainerAsync(id, Cancellation);
        var running = await Runtime.GetContainerAsync(id, Cancellation);
        Assert.Equal(ContainerState.Running, running!.State);
        Assert.NotNull(running.StartedAt);
        Assert.Null(running.FinishedAt);

        await WaitForLogAsync(id, "ready");
        await Runtime.StopContainerAsync(id, Patience, Cancellation);
        var ended = await Runtime.GetContainerAsync(id, Cancellation);
        Assert.Equal(ContainerState.Exited, ended!.State);
        Assert.Equal(143, ended.ExitCode);
        Assert.True(ended.FinishedAt >= ended.StartedAt);
        await Runtime.StopContainerAsync(id, Patience, Cancellation);

        await Runtime.RemoveContainerAsync(id, Cancellation);
        Assert.Null(await Runtime.GetContainerAsync(id, Cancellation));
        await Runtime.RemoveContainerAsync(id, Cancellation);
    }

    [Fact]
    public async Task A_container_that_ignores_the_stop_signal_is_killed_after_the_grace()
    {
        var id = await StartAsync(Commands.Stubborn);
        await WaitForLogAsync(id, "ready");

        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(1), Cancellation);

        Assert.Equal(137, (await Runtime.GetContainerAsync(id, Cancellation))!.ExitCode);
    }

    [Fact]
    public async Task Stopping_without_grace_kills()
    {
        var id = await StartAsync(Commands.Serve);

        await Runtime.StopContainerAsync(id, TimeSpan.Zero, Cancellation);

        Assert.Equal((ContainerState.Exited, 137), await EndAsync(id));
    }

    [Fact]
    public async Task Events_tell_of_start_end_and_removal_in_order()
    {
        var pod = NewPod();
        await using var events = Runtime.WatchEventsAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var first = events.MoveNextAsync();

        var sandbox = await CreateSandboxAsync(pod);
        var id = await Runtime.CreateContainerAsync(sandbox, Config(pod, Commands.ExitThree), Cancellation);
        await Runtime.StartContainerAsync(id, Cancellation);
        Assert.Equal((ContainerState.Exited, 3), await EndAsync(id));
        await Runtime.RemoveContainerAsync(id, Cancellation);
        await Runtime.StopSandboxAsync(sandbox, Cancellation);

        var seen = new List<RuntimeEvent>();
        Assert.True(await first);
        while (true)
        {
            if (events.Current.Pod == pod)
                seen.Add(events.Current);
            if (events.Current.Type == RuntimeEventType.SandboxDied && events.Current.Id == sandbox)
                break;
            Assert.True(await events.MoveNextAsync());
        }

        Assert.Equal(
            [(RuntimeEventType.ContainerStarted, id), (RuntimeEventType.ContainerDied, id), (RuntimeEventType.Removed, id), (RuntimeEventType.SandboxDied, sandbox)],
            seen.Select(e => (e.Type, e.Id)));
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_the_start_and_says_so()
    {
        var (sandbox, config) = await PrepareAsync(Commands.Serve);
        var id = await Runtime.CreateContainerAsync(sandbox, config with { Command = [Commands.MissingProgram], Args = [] }, Cancellation);

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.StartContainerAsync(id, Cancellation));

        Assert.Equal(RuntimeError.StartContainer, error.Error);
        Assert.Contains(Commands.MissingProgram, error.Message, StringComparison.Ordinal);
        var status = await Runtime.GetContainerAsync(id, Cancellation);
        Assert.Equal(ContainerState.Exited, status!.State);
        Assert.InRange(status.ExitCode, 126, 128);
        Assert.NotNull(status.FinishedAt);
        Assert.Contains(Commands.MissingProgram, status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_made_is_found_again_after_a_restart()
    {
        var (sandbox, config) = await PrepareAsync(Commands.Serve);
        var id = await Runtime.CreateContainerAsync(sandbox, config, Cancellation);
        await Runtime.StartContainerAsync(id, Cancellation);

        await RestartAsync();
        var found = Assert.Single(await Runtime.ListContainersAsync(Cancellation), c => c.Id == id);

        Assert.Equal((sandbox, config.Pod, ContainerState.Running), (found.SandboxId, found.Pod, found.State));
        Assert.Contains(await Runtime.ListSandboxesAsync(Cancellation), s => s.Id == sandbox && s.Ready);
        var second = await Runtime.CreateContainerAsync(sandbox, config with { Name = "second" }, Cancellation);
        await Runtime.StartContainerAsync(second, Cancellation);
        Assert.Equal(ContainerState.Running, (await Runtime.GetContainerAsync(second, Cancellation))!.State);
    }

    [Fact]
    public async Task Stopping_and_removing_a_sandbox_takes_its_containers_along()
    {
        var (sandbox, config) = await PrepareAsync(Commands.Stubborn);
        var id = await Runtime.CreateContainerAsync(sandbox, config, Cancellation);
        await Runtime.StartContainerAsync(id, Cancellation);

        await Runtime.StopSandboxAsync(sandbox, Cancellation);
        Assert.Equal(ContainerState.Exited, (await EndAsync(id)).State);

        await Runtime.RemoveSandboxAsync(sandbox, Cancellation);
        Assert.Null(await Runtime.GetContainerAsync(id, Cancellation));
        Assert.DoesNotContain(await Runtime.ListContainersAsync(Cancellation), c => c.Id == id);
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_NotFound()
    {
        var nowhere = new string('0', 63) + "f";

        Assert.Null(await Runtime.GetContainerAsync(nowhere, Cancellation));
        Assert.Null(await Runtime.GetSandboxAsync(nowhere, Cancellation));
        Assert.Null(await Runtime.GetStatsAsync(nowhere, Cancellation));
        Assert.Null(await Runtime.Images.GetAsync("example.org/never/heard-of:it", Cancellation));
        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.StartContainerAsync(nowhere, Cancellation));
        Assert.Equal(RuntimeError.NotFound, error.Error);
    }

    [Fact]
    public async Task Logs_are_the_lines_in_order_with_their_times()
    {
        var id = await StartAsync(Commands.ThreeLines);
        await EndAsync(id);

        var all = await LogAsync(id, new LogOptions());
        Assert.Equal(["one\n", "two\n", "three\n"], all.Select(e => e.Text));
        Assert.All(all, e => Assert.InRange(DateTimeOffset.UtcNow - e.Time, TimeSpan.Zero, TimeSpan.FromMinutes(5)));
        Assert.Equal(["two\n", "three\n"], (await LogAsync(id, new LogOptions(TailLines: 2))).Select(e => e.Text));
        Assert.Empty(await LogAsync(id, new LogOptions(TailLines: 0)));
        Assert.Empty(await LogAsync(id, new LogOptions(Since: DateTimeOffset.UtcNow.AddMinutes(1))));
        Assert.Equal(3, (await LogAsync(id, new LogOptions(Since: all[0].Time))).Count);
    }

    [Fact]
    public async Task Following_a_log_ends_with_the_container()
    {
        var id = await StartAsync(Commands.Serve);
        var follow = LogAsync(id, new LogOptions(Follow: true));
        await WaitForLogAsync(id, "ready");
        Assert.False(follow.IsCompleted);

        await Runtime.StopContainerAsync(id, Patience, Cancellation);

        Assert.Equal(["ready\n"], (await follow.WaitAsync(Patience)).Select(e => e.Text));
    }

    [Fact]
    public async Task A_command_gives_its_code_and_both_outputs()
    {
        var id = await StartAsync(Commands.Serve);

        var result = await Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", Commands.Both], Patience, Cancellation);

        Assert.Equal((4, "out\n", "err\n", false), (result.ExitCode, Encoding.UTF8.GetString(result.Stdout), Encoding.UTF8.GetString(result.Stderr), result.TimedOut));
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_timed_out()
    {
        var id = await StartAsync(Commands.Serve);

        var result = await Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", Commands.Forever], TimeSpan.FromSeconds(1), Cancellation);

        Assert.True(result.TimedOut);
    }

    [Fact]
    public async Task A_command_reads_stdin_to_its_end()
    {
        var id = await StartAsync(Commands.Serve);
        await using var streams = await Runtime.ExecAsync(id, new ExecOptions(["cat"], Stdin: true, Stdout: true, Stderr: true, Tty: false), Cancellation);

        await streams.Stdin!.WriteAsync("hello"u8.ToArray(), Cancellation);
        await streams.Stdin!.FlushAsync(Cancellation);
        await streams.CloseStdinAsync(Cancellation);
        var output = new StringBuilder();
        await foreach (var (stream, data) in streams.ReadOutputAsync(Cancellation))
        {
            Assert.Equal(OutputStream.Stdout, stream);
            output.Append(Encoding.UTF8.GetString(data.Span));
        }

        Assert.Equal("hello", output.ToString());
        Assert.Equal(0, await streams.GetExitCodeAsync(Cancellation));
    }

    [Fact]
    public async Task A_running_container_has_stats()
    {
        var id = await StartAsync(Commands.Serve);
        await WaitForLogAsync(id, "ready");

        var stats = await Runtime.GetStatsAsync(id, Cancellation);

        Assert.NotNull(stats);
        Assert.True(stats.CpuNanoseconds > 0);
        Assert.True(stats.MemoryUsageBytes > 0);
    }

    [Fact]
    public async Task The_image_is_known_by_name_and_by_id()
    {
        var image = await Runtime.Images.GetAsync(Image, Cancellation);

        Assert.NotNull(image);
        Assert.Equal(image.Id, (await Runtime.Images.GetAsync(image.Id, Cancellation))!.Id);
        Assert.Contains(await Runtime.Images.ListAsync(Cancellation), i => i.Id == image.Id);
        Assert.StartsWith("sha256:", image.Id, StringComparison.Ordinal);
    }

    /// <summary>As when LiteKube ends and starts again; what runs goes on.</summary>
    protected async Task RestartAsync()
    {
        await Runtime.DisposeAsync();
        _runtime = await OpenAsync();
    }

    private static PodIdentity NewPod() => new(Guid.NewGuid().ToString(), "contract", "pod-" + Guid.NewGuid().ToString("n")[..8]);

    private ContainerConfig Config(PodIdentity pod, string script) => new(pod, "main", 0, Image, "") { Command = ["/bin/sh", "-c"], Args = [script] };

    private async Task<string> CreateSandboxAsync(PodIdentity pod)
    {
        var id = await Runtime.CreateSandboxAsync(new SandboxConfig(pod, 0, pod.Name), Cancellation);
        _sandboxes.Add(id);
        return id;
    }

    private async Task<(string Sandbox, ContainerConfig Config)> PrepareAsync(string script)
    {
        var pod = NewPod();
        return (await CreateSandboxAsync(pod), Config(pod, script));
    }

    private async Task<string> StartAsync(string script)
    {
        var (sandbox, config) = await PrepareAsync(script);
        var id = await Runtime.CreateContainerAsync(sandbox, config, Cancellation);
        await Runtime.StartContainerAsync(id, Cancellation);
        return id;
    }

    /// <summary>Waits for the end by following the log, which ends then, and for the state to say so.</summary>
    private async Task<(ContainerState State, int ExitCode)> EndAsync(string id)
    {
        await LogAsync(id, new LogOptions(Follow: true));
        while (true)
        {
            var status = await Runtime.GetContainerAsync(id, Cancellation);
            if (status is null or { State: ContainerState.Exited })
                return (status?.State ?? ContainerState.Unknown, status?.ExitCode ?? -1);
            await Task.Delay(10, Cancellation);
        }
    }

    private async Task<List<(DateTimeOffset Time, string Text)>> LogAsync(string id, LogOptions options)
    {
        var entries = new List<(DateTimeOffset, string)>();
        await foreach (var entry in Runtime.ReadLogsAsync(id, options, Cancellation))
            entries.Add((entry.Time, Encoding.UTF8.GetString(entry.Text.Span)));
        return entries;
    }

    private async Task WaitForLogAsync(string id, string line)
    {
        await foreach (var entry in Runtime.ReadLogsAsync(id, new LogOptions(Follow: true), Cancellation))
        {
            if (Encoding.UTF8.GetString(entry.Text.Span).TrimEnd() == line)
                return;
        }

        Assert.Fail($"the container ended without the line \"{line}\"");
    }
}
