using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>What a pod asks of its containers' surroundings, and how its end is told.</summary>
public abstract class PodTests(OneNodeCluster node) : IAsyncLifetime
{
    private readonly TestCluster _cluster = node.Cluster;

    public Task InitializeAsync() => _cluster.Apply(Manifest.Load("pods.yaml"));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_command_has_no_more_rights_than_the_container()
    {
        await ReadyAsync("bounded");
        var said = await Eventually.Get("its first words", () => _cluster.Kubectl("logs", "bounded"), log => log.Contains("Seccomp:"));
        Assert.Contains("uid=100(redis) gid=33(www-data) groups=33(www-data),2000,3000", said);
        Assert.Matches(@"NoNewPrivs:\s*1", said);
        Assert.Matches(@"CapBnd:\s*0+\n", said);
        Assert.Equal(said, await ExecAsync("bounded", "id; grep -E '^(NoNewPrivs|CapBnd|Seccomp):' /proc/self/status"));
    }

    [Fact]
    public async Task A_pod_has_its_name_its_hosts_its_volumes_and_a_root_that_stays_as_it_is()
    {
        await ReadyAsync("bounded");
        Assert.Equal("boxy\nboxy.sub.default.svc.cluster.local", await ExecAsync("bounded", "hostname; hostname -f"));
        Assert.Matches(@"10\.1\.2\.3\s+elsewhere", await ExecAsync("bounded", "cat /etc/hosts"));
        Assert.Contains("Read-only file system", (await _cluster.TryKubectl("exec", "bounded", "--", "touch", "/file")).All);
        Assert.Equal("100:2000 100:2000", await ExecAsync("bounded", "touch /below/file /scratch/file; echo $(stat -c %u:%g /scratch/some/where/file /scratch/file)"));
        Assert.Contains("No space left", (await _cluster.TryKubectl("exec", "bounded", "--", "dd", "if=/dev/zero", "of=/scratch/much", "bs=1M", "count=2")).All);
        foreach (var option in new[] { "nosuid", "nodev", "noexec" })
            Assert.Contains(option, await ExecAsync("bounded", "grep ' /dev/shm ' /proc/mounts"));
    }

    [Fact]
    public async Task Limits_are_changed_in_place()
    {
        await _cluster.Apply(Manifest.Load("resized.yaml"));
        await ReadyAsync("resized");
        const string Limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
        var id = await StatusAsync("resized", "{.containerID}");
        Assert.Equal((32 << 20).ToString(), await ExecAsync("resized", Limit));
        await _cluster.Kubectl("patch", "pod", "resized", "--subresource", "resize", "-p", """{"spec":{"containers":[{"name":"main","resources":{"limits":{"memory":"48Mi"}}}]}}""");
        await Eventually.Get("the new limit", () => ExecAsync("resized", Limit), limit => limit == (48 << 20).ToString());
        await Eventually.Get("and its status", () => StatusAsync("resized", "{.resources.limits.memory}"), limit => limit == "48Mi");
        Assert.Equal(id, await StatusAsync("resized", "{.containerID}"));
    }

    [Fact]
    public async Task A_debugger_sees_the_processes_of_its_target()
    {
        await _cluster.Apply(Manifest.Pod("target"));
        await ReadyAsync("target");
        await _cluster.Kubectl("debug", "target", "--image=sample/busybox:1", "--image-pull-policy=IfNotPresent", "--target=main", "--container=looker", "--", "ps", "-o", "args");
        await Eventually.Get("what runs in the target", () => _cluster.Kubectl("logs", "target", "-c", "looker"), seen => seen.Contains("sleep 100000"));
        await _cluster.Kubectl("delete", "pod", "target", "--wait=false");
    }

    [Fact]
    public async Task Containers_see_each_other_where_the_pod_says_so_and_the_machine_where_it_is_on_it()
    {
        await ReadyAsync("shared");
        await Eventually.Get("both programs", () => ExecAsync("shared", "ps -o args"), processes => processes.Contains("sleep 100000") && processes.Contains("sleep 200000"));

        await ReadyAsync("on-the-host");
        Assert.Equal("alpha", await ExecAsync("on-the-host", "hostname"));
        Assert.Contains("litekube", await ExecAsync("on-the-host", "ps -o args"));
        Assert.Equal(_cluster.Server.Address, await _cluster.Kubectl("get", "pod", "on-the-host", "-o", "jsonpath={.status.podIP}"));
    }

    [Fact]
    public async Task Ends_are_told_with_reason_code_message_and_log()
    {
        await PhaseAsync("ends", "Succeeded");
        Assert.Equal("Completed 0 last words", (await StatusAsync("ends", "{.state.terminated.reason} {.state.terminated.exitCode} {.state.terminated.message}")).Trim());
        Assert.Equal("from the first", await _cluster.Kubectl("logs", "ends", "-c", "first"));
        Assert.Equal(["err", "out"], (await _cluster.Kubectl("logs", "ends", "-c", "main")).Split('\n').Order());

        // Docker tells of memory and of the end apart, and once the second has overtaken the first it never says why: then the next attempt shows it.
        await Eventually.Get("out of memory", () => StatusAsync("greedy", "{.state.terminated.reason} {.state.terminated.exitCode} {.lastState.terminated.reason} {.lastState.terminated.exitCode}"),
            said => said.Contains("OOMKilled 137", StringComparison.Ordinal));

        await PhaseAsync("mistyped", "Failed");
        Assert.Equal("StartError", await StatusAsync("mistyped", "{.state.terminated.reason}"));
        Assert.Contains("/no/such/program", await StatusAsync("mistyped", "{.state.terminated.message}"));

        await Eventually.Get("crashing has ended twice", () => StatusAsync("crashing", "{.lastState.terminated.exitCode} {.restartCount}"), x => x.Split(' ') is ["3", not "0"]);
        await Eventually.Get("and its log is kept", () => _cluster.Kubectl("logs", "crashing", "--previous"), log => log == "one try");
    }

    [Fact]
    public async Task Run_passes_input_output_and_code_and_takes_the_pod_away()
    {
        var run = await _cluster.TryKubectlWith("words\n", "run", "once", "--image=sample/busybox:1", "--restart=Never", "--rm", "-i", "--command", "--", "sh", "-c", "read line; echo got $line; exit 4");
        Assert.Contains("got words", run.Output);
        Assert.Equal(4, run.ExitCode);
        await _cluster.Kubectl("wait", "pod/once", "--for=delete", "--timeout=300s");
    }

    private Task ReadyAsync(string pod) => _cluster.Kubectl("wait", "pod/" + pod, "--for=condition=Ready", "--timeout=300s");

    private Task PhaseAsync(string pod, string phase) => _cluster.Kubectl("wait", "pod/" + pod, "--for=jsonpath={.status.phase}=" + phase, "--timeout=300s");

    private Task<string> ExecAsync(string pod, string script) => _cluster.Kubectl("exec", pod, "--", "sh", "-c", script);

    private Task<string> StatusAsync(string pod, string path) =>
        _cluster.Kubectl("get", "pod", pod, "-o", "jsonpath={range .status.containerStatuses[*]}" + path + "{end}");
}

[Collection(DockerNodeCollection.Name)]
public sealed class DockerPodTests(DockerNode node) : PodTests(node);

[Collection(NativeNodeCollection.Name)]
public sealed class NativePodTests(NativeNode node) : PodTests(node);
