using System.Text;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>Exec, attach and logs of the native runtime, where they are more than the contract.</summary>
public sealed class NativeStreamTests
{
    [Fact]
    public async Task A_command_with_a_terminal_has_one_of_the_size_that_it_is_given()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("sleep 1000");
        await using var streams = await pod.Runtime.ExecAsync(id, new ExecOptions(["sh", "-c", "tty; echo $TERM $FROM_IMAGE; read go; stty size; read line; echo got $line; exit 5"], true, true, true, true), pod.Cancellation);
        var reader = new Transcript(streams, pod.Cancellation);

        await reader.UntilAsync("/dev/pts/");
        await streams.ResizeAsync(101, 33, pod.Cancellation);
        await streams.Stdin!.WriteAsync("\n"u8.ToArray(), pod.Cancellation);
        await reader.UntilAsync("xterm yes");
        await reader.UntilAsync("33 101");
        await streams.Stdin!.WriteAsync("words\n"u8.ToArray(), pod.Cancellation);
        await reader.UntilAsync("got words");
        await reader.ToEndAsync();

        Assert.Equal(5, await streams.GetExitCodeAsync(pod.Cancellation));
    }

    [Theory]
    [InlineData("crun", false)]
    [InlineData("crun", true)]
    [InlineData("runc", false)]
    [InlineData("runc", true)]
    public async Task A_command_has_the_containers_user_groups_and_privileges(string engine, bool tty)
    {
        await using var pod = new NativePod(o => o with { Engine = engine });
        const string Who = "id -u; id -g; id -G; grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd):' /proc/self/status; echo $FROM_IMAGE $OWN; pwd; echo done";
        var id = await pod.StartAsync(Who + "; sleep 1000", c => c with
        {
            WorkingDirectory = "/tmp",
            Environment = [("OWN", "a b")],
            Security = new ContainerSecurity { RunAsUser = 1234, RunAsGroup = 2345, SupplementalGroups = [77], NoNewPrivileges = true, DropCapabilities = ["ALL"] },
        });
        await pod.SaysAsync(id, "done");

        await using var streams = await pod.Runtime.ExecAsync(id, new ExecOptions(["sh", "-c", Who], false, true, !tty, tty), pod.Cancellation);
        var said = new StringBuilder();
        await foreach (var (_, data) in streams.ReadOutputAsync(pod.Cancellation))
            said.Append(Encoding.UTF8.GetString(data.Span));

        var log = new StringBuilder();
        await foreach (var entry in pod.Runtime.ReadLogsAsync(id, new LogOptions(), pod.Cancellation))
            log.Append(Encoding.UTF8.GetString(entry.Text.Span));
        Assert.Equal(log.ToString(), said.ToString().Replace("\r", "", StringComparison.Ordinal));
        Assert.StartsWith("1234\n2345\n2345 77", log.ToString(), StringComparison.Ordinal);
        Assert.Matches("NoNewPrivs:\\s*1", log.ToString());
    }

    [Theory]
    [InlineData("crun")]
    [InlineData("runc")]
    public async Task What_a_command_wrote_to_its_terminal_comes_whole_when_it_ends_at_once(string engine)
    {
        await using var pod = new NativePod(o => o with { Engine = engine });
        var id = await pod.StartAsync("sleep 1000");
        for (var i = 0; i < 30; i++)
        {
            await using var streams = await pod.Runtime.ExecAsync(id, new ExecOptions(["echo", $"line {i}"], false, true, false, true), pod.Cancellation);
            var said = new StringBuilder();
            await foreach (var (_, data) in streams.ReadOutputAsync(pod.Cancellation))
                said.Append(Encoding.UTF8.GetString(data.Span));

            // A terminal adds carriage returns; with runc, which has two, sometimes twice.
            Assert.Equal($"line {i}\n", said.Replace("\r", "").ToString());
            Assert.Equal(0, await streams.GetExitCodeAsync(pod.Cancellation));
        }
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_an_error_in_the_engines_words()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("sleep 1000");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await pod.Runtime.ExecSyncAsync(id, ["/no/such/thing"], TimeSpan.FromMinutes(1), pod.Cancellation));

        Assert.Contains("/no/such/thing", error.Message, StringComparison.Ordinal);
        var ended = await pod.StartAsync("true");
        await pod.EndAsync(ended);
        await Assert.ThrowsAsync<RuntimeException>(async () => await pod.Runtime.ExecSyncAsync(ended, ["true"], TimeSpan.FromMinutes(1), pod.Cancellation));
    }

    [Fact]
    public async Task A_commands_end_is_not_awaited_from_what_it_left_behind()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("sleep 1000");

        var result = await pod.Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", "sleep 900 & echo started"], TimeSpan.FromMinutes(2), pod.Cancellation);

        Assert.Equal((0, "started\n", false), (result.ExitCode, Encoding.UTF8.GetString(result.Stdout), result.TimedOut));
    }

    [Fact]
    public async Task Output_beyond_the_bound_is_dropped_and_the_command_ends()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("sleep 1000");

        var result = await pod.Runtime.ExecSyncAsync(id, ["/bin/sh", "-c", "yes | head -c 1000000; exit 6"], TimeSpan.FromMinutes(2), pod.Cancellation);

        Assert.Equal((6, 16 * 1024), (result.ExitCode, result.Stdout.Length));
    }

    [Fact]
    public async Task A_large_stdin_comes_out_whole()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("sleep 1000");
        await using var streams = await pod.Runtime.ExecAsync(id, new ExecOptions(["cat"], true, true, false, false), pod.Cancellation);
        var sent = new byte[3_000_000];
        Random.Shared.NextBytes(sent);

        var write = Task.Run(async () =>
        {
            await streams.Stdin!.WriteAsync(sent, pod.Cancellation);
            await streams.CloseStdinAsync(pod.Cancellation);
        });
        var received = new MemoryStream();
        await foreach (var (_, data) in streams.ReadOutputAsync(pod.Cancellation))
            received.Write(data.Span);
        await write;

        Assert.Equal(sent, received.ToArray());
        Assert.Equal(0, await streams.GetExitCodeAsync(pod.Cancellation));
    }

    [Theory]
    [InlineData(true, "ended\n")]
    [InlineData(false, null)]
    public async Task Stdin_is_closed_with_the_first_who_attached_only_where_it_is_once(bool once, string? after)
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("while read line; do echo got $line; done; echo ended", c => c with { Stdin = true, StdinOnce = once });
        await using (var streams = await pod.Runtime.AttachAsync(id, new AttachOptions(true, true, true, false), pod.Cancellation))
        {
            await streams.Stdin!.WriteAsync("one\n"u8.ToArray(), pod.Cancellation);
            await new Transcript(streams, pod.Cancellation).UntilAsync("got one");
            await streams.CloseStdinAsync(pod.Cancellation);
        }

        if (after is not null)
        {
            Assert.Equal("got one\n" + after, await pod.OutputAsync(id));
            return;
        }

        await using var again = await pod.Runtime.AttachAsync(id, new AttachOptions(true, true, true, false), pod.Cancellation);
        await again.Stdin!.WriteAsync("two\n"u8.ToArray(), pod.Cancellation);
        await new Transcript(again, pod.Cancellation).UntilAsync("got two");
    }

    [Fact]
    public async Task A_container_with_a_terminal_can_be_attached_to_and_resized()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("tty; read a; stty size; read b", c => c with { Stdin = true, Tty = true });
        await using var streams = await pod.Runtime.AttachAsync(id, new AttachOptions(true, true, true, true), pod.Cancellation);
        var reader = new Transcript(streams, pod.Cancellation);

        await streams.ResizeAsync(77, 22, pod.Cancellation);
        await Eventually(async () => (await pod.ExecAsync(id, "stty size </proc/1/fd/0")).Trim() == "22 77", pod.Cancellation);
        await streams.Stdin!.WriteAsync("\n"u8.ToArray(), pod.Cancellation);
        await reader.UntilAsync("22 77");
        await streams.Stdin!.WriteAsync("\n"u8.ToArray(), pod.Cancellation);

        Assert.StartsWith("/dev/pts/", await pod.OutputAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_lines_come_in_pieces_and_lose_nothing()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end");

        var output = await pod.OutputAsync(id);

        Assert.Equal(new string('x', 100_000) + "\nend\n", output);
    }

    [Fact]
    public async Task A_log_that_grows_too_large_is_rotated_and_read_as_one()
    {
        await using var pod = new NativePod(o => o with { LogMaxBytes = 20_000, LogMaxFiles = 50, LogRotationInterval = TimeSpan.FromMilliseconds(20) });
        var gate = Directory.CreateDirectory(pod.Host.Below("gate")).FullName;
        var id = await pod.StartAsync("i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo line $i; [ $((i%100)) = 0 ] && sleep 0.05; done; until [ -e /gate/open ]; do sleep 0.05; done; echo line 3001",
            c => c with { Mounts = [new ContainerMount(gate, "/gate")] });

        // A follower sees every line, whatever happens to the files.
        var following = pod.OutputAsync(id);
        string[] Files() => Directory.GetFiles(Path.Combine(pod.Host.Options.RootDirectory, "containers", id, "log"));
        await Eventually(() => Task.FromResult(Files().Length > 1), pod.Cancellation);
        await File.WriteAllTextAsync(Path.Combine(gate, "open"), "");
        var followed = (await following).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Enumerable.Range(1, 3001).Select(i => $"line {i}"), followed);
        Assert.InRange(Files().Length, 2, 50);
        Assert.Equal(followed, (await pod.OutputAsync(id)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static async Task Eventually(Func<Task<bool>> condition, CancellationToken cancellationToken)
    {
        while (!await condition())
            await Task.Delay(20, cancellationToken);
    }

    /// <summary>What comes out of streams, read by one.</summary>
    private sealed class Transcript(IContainerStreams streams, CancellationToken cancellationToken)
    {
        private readonly IAsyncEnumerator<(OutputStream Stream, ReadOnlyMemory<byte> Data)> _output = streams.ReadOutputAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        private readonly StringBuilder _text = new();

        public async Task UntilAsync(string text)
        {
            while (!_text.ToString().Contains(text, StringComparison.Ordinal))
            {
                if (!await _output.MoveNextAsync())
                    Assert.Fail($"the output ended without \"{text}\": {_text}");
                _text.Append(Encoding.UTF8.GetString(_output.Current.Data.Span));
            }
        }

        public async Task ToEndAsync()
        {
            while (await _output.MoveNextAsync())
                _text.Append(Encoding.UTF8.GetString(_output.Current.Data.Span));
        }
    }
}
