using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>What a new LiteKube finds of an old one.</summary>
public sealed class AdoptionTests
{
    [Fact]
    public async Task What_ended_meanwhile_has_its_code_and_its_whole_log()
    {
        await using var pod = new NativePod();
        var gate = Directory.CreateDirectory(pod.Host.Below("gate")).FullName;
        var id = await pod.StartAsync("echo ready; while [ ! -e /gate/open ]; do sleep 0.05; done; echo last; exit 9", c => c with { Mounts = [new ContainerMount(gate, "/gate")] });
        await pod.SaysAsync(id, "ready");
        var pid = (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.Pid;

        await pod.RestartAsync(() =>
        {
            File.WriteAllText(Path.Combine(gate, "open"), "");
            SpinWait.SpinUntil(() => !IsAlive(pid));
        });

        Assert.Equal("ready\nlast\n", await pod.OutputAsync(id));
        var status = await pod.Runtime.GetContainerAsync(id, pod.Cancellation);
        Assert.Equal((ContainerState.Exited, 9), (status!.State, status.ExitCode));
        Assert.NotNull(status.FinishedAt);
    }

    [Fact]
    public async Task What_runs_goes_on_and_can_be_used_watched_and_stopped()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        await pod.SaysAsync(id, "ready");
        var before = await pod.Runtime.GetContainerAsync(id, pod.Cancellation);

        await pod.RestartAsync();

        Assert.Equal(before, await pod.Runtime.GetContainerAsync(id, pod.Cancellation) is { } after ? after with { Annotations = before!.Annotations } : null);
        Assert.Equal("hi\n", await pod.ExecAsync(id, "echo hi"));
        Assert.NotNull(await pod.Runtime.GetStatsAsync(id, pod.Cancellation));
        await using var events = pod.Runtime.WatchEventsAsync(pod.Cancellation).GetAsyncEnumerator(pod.Cancellation);
        var next = events.MoveNextAsync();
        await pod.Runtime.StopContainerAsync(id, TimeSpan.FromMinutes(1), pod.Cancellation);
        Assert.True(await next);
        Assert.Equal((RuntimeEventType.ContainerDied, id), (events.Current.Type, events.Current.Id));
        Assert.Equal(7, (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.ExitCode);
    }

    [Fact]
    public async Task Nothing_of_an_earlier_boot_is_believed()
    {
        await using var pod = new NativePod();
        var running = await pod.StartAsync("echo ready; sleep 1000");
        var created = await pod.CreateAsync("true");
        await pod.SaysAsync(running, "ready");
        await pod.Runtime.StopContainerAsync(running, TimeSpan.Zero, pod.Cancellation);
        var sandbox = pod.SandboxId;

        // As a loss of power leaves it: the records say that things run, and none of them does.
        await pod.RestartAsync(() =>
        {
            foreach (var file in Directory.EnumerateFiles(pod.Host.Options.RootDirectory, "*.json", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is "container.json" or "sandbox.json"))
            {
                var record = JsonNode.Parse(File.ReadAllText(file))!;
                record["BootId"] = "another";
                if ((string?)record["Phase"] == "Exited")
                {
                    record["Phase"] = "Running";
                    record["FinishedAt"] = null;
                    record["Pid"] = Environment.ProcessId;
                }

                File.WriteAllText(file, record.ToJsonString());
            }
        });

        Assert.False((await pod.Runtime.GetSandboxAsync(sandbox, pod.Cancellation))!.Ready);
        Assert.All(await pod.Runtime.ListContainersAsync(pod.Cancellation), c => Assert.Equal((ContainerState.Exited, 255), (c.State, c.ExitCode)));
        Assert.Equal([running, created], (await pod.Runtime.ListContainersAsync(pod.Cancellation)).Select(c => c.Id));
        Assert.Equal("ready\n", await pod.OutputAsync(running));
    }

    [Fact]
    public async Task What_was_half_made_goes()
    {
        await using var pod = new NativePod();
        var id = await pod.CreateAsync("true");
        var other = await pod.CreateAsync("sleep 1000");
        await pod.Runtime.StartContainerAsync(other, pod.Cancellation);

        // A container and a sandbox without records, the former with its root mounted, as after a kill in their making or removal.
        await pod.RestartAsync(() =>
        {
            File.Delete(Path.Combine(pod.Host.Options.RootDirectory, "containers", id, "container.json"));
            File.WriteAllText(Path.Combine(pod.Host.Options.RootDirectory, "containers", other, "container.json"), "{\"Id\": ");
            File.Delete(Path.Combine(pod.Host.Options.RootDirectory, "sandboxes", pod.SandboxId, "sandbox.json"));
        });

        Assert.Empty(await pod.Runtime.ListContainersAsync(pod.Cancellation));
        Assert.Empty(await pod.Runtime.ListSandboxesAsync(pod.Cancellation));
        Assert.Empty(await pod.Host.LeftoversAsync());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Host.Options.RootDirectory, "containers")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Host.Options.RunDirectory, "sandboxes")));
    }

    [Fact]
    public async Task A_container_whose_monitor_is_killed_ends_with_it()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(id, "ready");

        KillMonitor(pod, id);
        var status = await pod.EndAsync(id);

        Assert.Equal((ContainerState.Exited, 137), (status.State, status.ExitCode));
        Assert.False(IsAlive(status.Pid));
    }

    [Fact]
    public async Task A_container_whose_monitor_was_killed_meanwhile_ends_at_the_next_start()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(id, "ready");

        await pod.RestartAsync(() => KillMonitor(pod, id));

        Assert.Equal(137, (await pod.EndAsync(id)).ExitCode);
    }

    [Fact]
    public async Task When_everything_is_removed_only_images_are_left()
    {
        await using var pod = new NativePod();
        await pod.SaysAsync(await pod.StartAsync("echo ready; sleep 1000"), "ready");
        await pod.CreateAsync("true");

        Assert.Equal(3, await pod.Runtime.RemoveEverythingAsync(pod.Cancellation));

        Assert.False(Directory.Exists(pod.Host.Options.RunDirectory));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Host.Options.RootDirectory, "containers")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Host.Options.RootDirectory, "sandboxes")));
        Assert.Single(await pod.Runtime.Images.ListAsync(pod.Cancellation));
        await pod.RestartAsync();
    }

    [Fact]
    public async Task A_sandbox_whose_stop_was_cut_short_holds_nothing_any_more()
    {
        await using var pod = new NativePod();
        var id = await pod.SandboxAsync(s => s with { ShareProcessNamespace = true });
        var first = (await pod.Runtime.GetSandboxAsync(id, pod.Cancellation))!.Pid;

        await pod.RestartAsync(() => Change(pod, "sandboxes", id, r => r["Ready"] = false));

        Assert.False((await pod.Runtime.GetSandboxAsync(id, pod.Cancellation))!.Ready);
        Assert.False(IsAlive(first));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(pod.Host.Options.RunDirectory, "sandboxes")));
    }

    [Fact]
    public async Task A_container_that_ended_while_its_start_was_recorded_is_not_run_again()
    {
        await using var pod = new NativePod();
        var gate = Directory.CreateDirectory(pod.Host.Below("gate")).FullName;
        var id = await pod.StartAsync("echo ready; while [ ! -e /gate/open ]; do sleep 0.05; done; exit 5", c => c with { Mounts = [new ContainerMount(gate, "/gate")] });
        await pod.SaysAsync(id, "ready");
        var pid = (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.Pid;
        var monitor = (int)Record(pod, "containers", id)["MonitorPid"]!;

        // The monitor is held, so that it cannot leave the code before the next process looks.
        await pod.RestartAsync(() =>
        {
            Send("STOP", monitor);
            File.WriteAllText(Path.Combine(gate, "open"), "");
            SpinWait.SpinUntil(() => !IsAlive(pid));
            Change(pod, "containers", id, r => r["Phase"] = "Starting");
        });
        Assert.Equal(ContainerState.Running, (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.State);
        Send("CONT", monitor);

        Assert.Equal("ready\n", await pod.OutputAsync(id));
        Assert.Equal((ContainerState.Exited, 5), await pod.Runtime.GetContainerAsync(id, pod.Cancellation) is { } end ? (end.State, end.ExitCode) : default);
    }

    [Fact]
    public async Task A_container_that_waits_for_a_start_which_was_cut_short_is_made_anew()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(id, "ready");

        // A shell stands for the engine's process that has not become the container's yet; to the engine the container runs.
        using var waiting = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", "while :; do sleep 0.1; done", "crun", "--root", EngineState(pod), "create", id } });
        await pod.RestartAsync(() => Change(pod, "containers", id, r =>
        {
            r["Phase"] = "Starting";
            r["Pid"] = waiting!.Id;
        }));

        Assert.Equal(ContainerState.Created, (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.State);
        await waiting!.WaitForExitAsync(pod.Cancellation);
        await pod.Runtime.StartContainerAsync(id, pod.Cancellation);
        Assert.Equal("hi\n", await pod.ExecAsync(id, "echo hi"));
    }

    [Fact]
    public async Task Commands_that_nobody_waits_for_any_more_are_ended()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(id, "ready");

        // As a killed LiteKube leaves it in the moment in which no file says its number yet.
        using var call = Process.Start(new ProcessStartInfo("crun") { ArgumentList = { "--root", EngineState(pod), "exec", id, "sleep", "1000" } });
        await pod.RestartAsync();

        Assert.Equal(ContainerState.Running, (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.State);
        await call!.WaitForExitAsync(pod.Cancellation);
    }

    [Fact]
    public async Task A_call_of_the_engine_that_still_makes_a_container_is_ended_before_the_container_is_made_anew()
    {
        await using var pod = new NativePod();
        var id = await pod.CreateAsync("true");

        using var call = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", "while :; do sleep 0.1; done", "crun", "--root", EngineState(pod), "create", id } });
        await pod.RestartAsync();

        Assert.Equal(ContainerState.Created, (await pod.Runtime.GetContainerAsync(id, pod.Cancellation))!.State);
        await call!.WaitForExitAsync(pod.Cancellation);
    }

    private static string EngineState(NativePod pod) => Path.Combine(pod.Host.Options.RunDirectory, "engine");

    private static string RecordFile(NativePod pod, string kind, string id) =>
        Path.Combine(pod.Host.Options.RootDirectory, kind, id, kind == "sandboxes" ? "sandbox.json" : "container.json");

    private static JsonNode Record(NativePod pod, string kind, string id) => JsonNode.Parse(File.ReadAllText(RecordFile(pod, kind, id)))!;

    private static void Change(NativePod pod, string kind, string id, Action<JsonNode> change)
    {
        var record = Record(pod, kind, id);
        change(record);
        File.WriteAllText(RecordFile(pod, kind, id), record.ToJsonString());
    }

    private static void Send(string signal, int pid)
    {
        using var kill = Process.Start("kill", ["-" + signal, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static void KillMonitor(NativePod pod, string id)
    {
        var record = JsonNode.Parse(File.ReadAllText(Path.Combine(pod.Host.Options.RootDirectory, "containers", id, "container.json")))!;
        using var monitor = Process.GetProcessById((int)record["MonitorPid"]!);
        monitor.Kill();
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            return pid > 0 && !File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")).Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Gone, perhaps between the file's opening and its reading.
            return false;
        }
    }
}
