using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>What a process finds inside a container of the native runtime.</summary>
public sealed class NativeContainerTests
{
    [Fact]
    public async Task The_image_says_who_where_and_with_what_and_the_pod_overrules_it()
    {
        await using var pod = new NativePod();

        Assert.Equal("0 0 /home/someone yes name-of-pod\n", await pod.RunAsync("echo $(id -u) $(id -g) $(pwd) $FROM_IMAGE $HOSTNAME"));
        var asked = await pod.RunAsync("id -u; id -g; id -G; pwd; echo $FROM_IMAGE $OWN $HOME; hostname; cat /etc/hostname", c => c with
        {
            WorkingDirectory = "/not/there/yet",
            Environment = [("FROM_IMAGE", "no"), ("OWN", "a b")],
            Security = new ContainerSecurity { RunAsUser = 1234, SupplementalGroups = [77] },
        });

        Assert.Equal("1234\n2345\n2345 77 3456\n/not/there/yet\nno a b /home/someone\nname-of-pod\nname-of-pod\n", asked);
    }

    [Fact]
    public async Task A_sandbox_that_is_removed_late_leaves_the_containers_of_its_successor()
    {
        await using var pod = new NativePod();
        var old = await pod.SandboxAsync();
        await pod.RunAsync("true");
        await pod.Runtime.StopSandboxAsync(old, pod.Cancellation);
        await pod.SandboxAsync(s => s with { Attempt = 1 });
        var running = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(running, "ready");

        await pod.Runtime.RemoveSandboxAsync(old, pod.Cancellation);

        Assert.Equal("alive\n", await pod.ExecAsync(running, "echo alive"));
        Assert.Equal(ContainerState.Running, (await pod.Runtime.GetContainerAsync(running, pod.Cancellation))!.State);
    }

    [Fact]
    public async Task When_the_machine_goes_down_containers_are_asked_to_end_and_then_ended()
    {
        await using var pod = new NativePod();
        var heeds = await pod.StartAsync("trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
        var ignores = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(heeds, "ready");
        await pod.SaysAsync(ignores, "ready");

        // Time enough for one to end in order; the other's shell has no handler, and first processes get no signal without one.
        Assert.True(await PodProcesses.EndAsync(pod.Host.Options, TimeSpan.FromSeconds(5), TimeProvider.System, pod.Cancellation) >= 2);

        Assert.Contains("asked", await pod.OutputAsync(heeds), StringComparison.Ordinal);
        Assert.Equal(137, (await pod.EndAsync(ignores)).ExitCode);
    }

    [Fact]
    public async Task Containers_of_a_pod_share_network_and_shared_memory_but_not_processes()
    {
        await using var pod = new NativePod();
        var first = await pod.StartAsync("echo hello >/dev/shm/greeting; echo ready; sleep 1000");
        await pod.SaysAsync(first, "ready");

        Assert.Equal("hello\n1\n", await pod.RunAsync("cat /dev/shm/greeting; echo $$"));
        Assert.Equal(await pod.ExecAsync(first, "readlink /proc/self/ns/net"), await pod.RunAsync("readlink /proc/self/ns/net"));
        Assert.NotEqual(await pod.ExecAsync(first, "readlink /proc/self/ns/pid"), await pod.RunAsync("readlink /proc/self/ns/pid"));
    }

    [Fact]
    public async Task A_container_can_look_into_another_and_ends_with_it()
    {
        await using var pod = new NativePod();
        var target = await pod.StartAsync("echo ready; sleep 1000");
        await pod.SaysAsync(target, "ready");

        var seen = await pod.RunAsync("tr '\\0' ' ' </proc/1/cmdline; readlink /proc/self/ns/pid", c => c with { ProcessesOf = target });
        var debugger = await pod.StartAsync("echo ready; sleep 1000", c => c with { ProcessesOf = target });
        await pod.SaysAsync(debugger, "ready");

        Assert.Contains("sleep 1000", seen, StringComparison.Ordinal);
        Assert.EndsWith(await pod.ExecAsync(target, "readlink /proc/self/ns/pid"), seen, StringComparison.Ordinal);
        await pod.Runtime.StopContainerAsync(target, TimeSpan.Zero, pod.Cancellation);
        Assert.Equal(ContainerState.Exited, (await pod.EndAsync(debugger)).State);
        var refused = await Assert.ThrowsAsync<RuntimeException>(() => pod.CreateAsync("true", c => c with { ProcessesOf = target }));
        Assert.Equal(RuntimeError.CreateContainer, refused.Error);
    }

    [Fact]
    public async Task A_pod_that_shares_its_processes_has_a_first_process_and_ends_with_it()
    {
        await using var pod = new NativePod();
        var sandbox = await pod.SandboxAsync(s => s with { ShareProcessNamespace = true });
        var first = await pod.StartAsync("sleep 1000 & echo ready; wait");
        await pod.SaysAsync(first, "ready");
        await using var events = pod.Runtime.WatchEventsAsync(pod.Cancellation).GetAsyncEnumerator(pod.Cancellation);
        var next = events.MoveNextAsync();

        Assert.Contains("pause", await pod.RunAsync("cat /proc/1/cmdline"), StringComparison.Ordinal);
        Assert.True((await pod.Runtime.GetSandboxAsync(sandbox, pod.Cancellation))!.Pid > 0);
        await pod.Runtime.StopContainerAsync(first, TimeSpan.Zero, pod.Cancellation);
        Assert.True((await pod.Runtime.GetSandboxAsync(sandbox, pod.Cancellation))!.Ready);

        await pod.RunAsync("kill -TERM 1");
        while (await next && events.Current.Type != RuntimeEventType.SandboxDied)
            next = events.MoveNextAsync();
        Assert.False((await pod.Runtime.GetSandboxAsync(sandbox, pod.Cancellation))!.Ready);
    }

    [Fact]
    public async Task Sysctls_are_set_in_the_pods_namespaces_and_others_are_refused()
    {
        await using var pod = new NativePod();
        await pod.SandboxAsync(s => s with { Sysctls = new Dictionary<string, string> { ["net.ipv4.ip_local_port_range"] = "20000\t30000", ["kernel.msgmax"] = "9999" } });

        Assert.Equal("20000 30000\n9999\n0\n", (await pod.RunAsync("cat /proc/sys/net/ipv4/ip_local_port_range /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_unprivileged_port_start")).Replace('\t', ' '));
        var refusal = await Assert.ThrowsAsync<RuntimeException>(() => pod.SandboxAsync(s => s with { Sysctls = new Dictionary<string, string> { ["vm.swappiness"] = "1" } }));
        Assert.Contains("vm.swappiness", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_is_kept_from_the_machine_and_a_privileged_one_is_not()
    {
        await using var pod = new NativePod();
        const string Look = "grep CapEff /proc/self/status; grep Seccomp: /proc/self/status; grep NoNewPrivs /proc/self/status; cat /proc/kcore 2>/dev/null | head -c 4 | wc -c; touch /sys/x 2>&1 | tail -c 22; ls -d /dev/kmsg 2>/dev/null";

        var plain = await pod.RunAsync(Look, c => c with { Security = new ContainerSecurity { SeccompProfile = "RuntimeDefault", NoNewPrivileges = true, DropCapabilities = ["ALL"], AddCapabilities = ["NET_BIND_SERVICE"] } });
        Assert.Contains("0000000000000400", plain, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", plain, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", plain, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("/dev/kmsg", plain, StringComparison.Ordinal);

        var privileged = await pod.RunAsync(Look, c => c with { Security = new ContainerSecurity { Privileged = true } });
        Assert.Contains("Seccomp:\t0", privileged, StringComparison.Ordinal);
        Assert.Contains("/dev/kmsg", privileged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_default_profile_refuses_namespaces_and_lets_programs_run()
    {
        await using var pod = new NativePod();

        var output = await pod.RunAsync("unshare() { /bin/busybox unshare \"$@\"; }; unshare -m true 2>&1 && echo made; echo $(seq 3 | wc -l); ls / | head -1", c => c with { Security = new ContainerSecurity { SeccompProfile = "RuntimeDefault", AddCapabilities = ["SYS_PTRACE"] } });

        Assert.DoesNotContain("made", output, StringComparison.Ordinal);
        Assert.Contains("3\nbin\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_root_is_read_only_but_for_mounts_and_the_images_volumes()
    {
        await using var pod = new NativePod();
        var shared = Directory.CreateDirectory(pod.Host.Below("shared")).FullName;

        var output = await pod.RunAsync("touch /x 2>&1; touch /data/y && echo volume; touch /shared/z && echo mount; touch /fixed/w 2>&1", c => c with
        {
            Security = new ContainerSecurity { ReadOnlyRootFilesystem = true },
            Mounts = [new ContainerMount(shared, "/shared"), new ContainerMount(shared, "/fixed", ReadOnly: true)],
        });

        Assert.Equal("touch: /x: Read-only file system\nvolume\nmount\ntouch: /fixed/w: Read-only file system\n", output);
        Assert.Equal(["z"], Directory.EnumerateFileSystemEntries(shared).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Too_much_memory_is_the_end_and_is_told_so()
    {
        await using var pod = new NativePod();

        var status = await pod.EndAsync(await pod.StartAsync("head -c 200000000 /dev/zero | tail", c => c with { Resources = new ContainerResources(MemoryBytes: 20 << 20, MemorySwapBytes: 20 << 20) }));

        Assert.True(status.OomKilled);
        Assert.Equal(137, status.ExitCode);
    }

    [Fact]
    public async Task Limits_can_be_changed_while_it_runs()
    {
        await using var pod = new NativePod();
        var id = await pod.StartAsync("echo ready; sleep 1000", c => c with { Resources = new ContainerResources(CpuShares: 100, MemoryBytes: 64 << 20) });

        await pod.Runtime.UpdateContainerAsync(id, new ContainerResources(CpuShares: 200, CpuQuota: 50_000, CpuPeriod: 100_000, MemoryBytes: 128 << 20), pod.Cancellation);

        var limit = await pod.ExecAsync(id, "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max");
        Assert.Equal((128 << 20).ToString(System.Globalization.CultureInfo.InvariantCulture), limit.Trim());
    }

    [Fact]
    public async Task A_user_that_the_image_does_not_know_by_number_runs_and_by_name_does_not()
    {
        await using var pod = new NativePod();

        Assert.Equal("4321 0\n", await pod.RunAsync("echo $(id -u) $(id -g)", c => c with { Security = new ContainerSecurity { RunAsUser = 4321 } }));
        var missing = await Assert.ThrowsAsync<RuntimeException>(() => pod.CreateAsync("true", c => c with { Security = new ContainerSecurity { AddCapabilities = ["FLY"] } }));
        Assert.Contains("CAP_FLY", missing.Message, StringComparison.Ordinal);
        Assert.Equal(RuntimeError.ImageNotPresent, (await Assert.ThrowsAsync<RuntimeException>(() => pod.CreateAsync("true", c => c with { Image = "example.org/other:1" }))).Error);
    }

    [Fact]
    public async Task What_a_container_leaves_behind_in_a_shared_process_namespace_goes_with_it()
    {
        await using var pod = new NativePod();
        await pod.SandboxAsync(s => s with { ShareProcessNamespace = true });
        var id = await pod.StartAsync("(trap '' HUP TERM; sleep 1000) & echo ready; sleep 1000");
        await pod.SaysAsync(id, "ready");

        await pod.Runtime.StopContainerAsync(id, TimeSpan.Zero, pod.Cancellation);
        await pod.Runtime.RemoveContainerAsync(id, pod.Cancellation);

        Assert.DoesNotContain("sleep 1000", await pod.RunAsync("ps"), StringComparison.Ordinal);
    }
}
