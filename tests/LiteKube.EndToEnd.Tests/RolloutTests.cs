using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests;

/// <summary>Changing what runs: scale, set image, undo, delete; and pods that fail.</summary>
public abstract class RolloutTests(OneNodeCluster node)
{
    private readonly TestCluster _cluster = node.Cluster;

    [Fact]
    public async Task Scale_set_image_undo_and_delete_do_what_they_say()
    {
        await _cluster.Apply(Manifest.Deployment("roll", replicas: 2));
        await StatusAsync("roll");

        await _cluster.Kubectl("scale", "deployment/roll", "--replicas=4");
        await StatusAsync("roll");
        Assert.Equal(4, (await _cluster.Names("pods", "app=roll")).Length);

        await _cluster.Kubectl("set", "image", "deployment/roll", "main=sample/web:1");
        await StatusAsync("roll");
        await EveryImageAsync("sample/web:1");

        await _cluster.Kubectl("rollout", "undo", "deployment/roll");
        await StatusAsync("roll");
        await EveryImageAsync("sample/busybox:1");
        Assert.Equal(2, (await _cluster.Names("replicasets", "app=roll")).Length);

        await _cluster.Kubectl("delete", "deployment", "roll");
        await Eventually.True("its pods and replica sets are gone", async () =>
            (await _cluster.Names("pods", "app=roll")).Length == 0 && (await _cluster.Names("replicasets", "app=roll")).Length == 0);
        await Eventually.Get("their containers and sandboxes are gone", () => _cluster.Runtime.OfPodsAsync(_cluster.Server, "roll"), left => left.Length == 0);

        async Task EveryImageAsync(string image) => await Eventually.Get("every pod runs " + image,
            () => _cluster.Kubectl("get", "pods", "-l", "app=roll", "-o", "jsonpath={.items[*].spec.containers[0].image}"), images => images.Split(' ') is { Length: 4 } all && all.All(i => i == image));
    }

    [Fact]
    public async Task A_container_killed_from_outside_is_restarted_and_said_so()
    {
        await _cluster.Apply(Manifest.Pod("victim"));
        await _cluster.Kubectl("wait", "pod/victim", "--for=condition=Ready", "--timeout=300s");
        var id = await ContainerIdAsync("victim");
        await _cluster.Runtime.KillAsync(_cluster.Server, id);
        await Eventually.Get("restartCount", () => JsonPathAsync("pod/victim", "{.status.containerStatuses[0].restartCount}"), x => x == "1");
        await Eventually.Get("running again", () => JsonPathAsync("pod/victim", "{.status.containerStatuses[0].ready}"), x => x == "true");
        Assert.NotEqual(id, await ContainerIdAsync("victim"));
        Assert.Equal("137", await JsonPathAsync("pod/victim", "{.status.containerStatuses[0].lastState.terminated.exitCode}"));
        await Eventually.Get("an event for each start", () => _cluster.Kubectl("get", "events", "--field-selector", "involvedObject.name=victim,reason=Started", "-o", "jsonpath={range .items[*]}{.count}{.series.count}{\"\\n\"}{end}"),
            counts => counts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(int.Parse) >= 2);
        await _cluster.Kubectl("delete", "pod", "victim", "--grace-period=0", "--force");
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced_and_leaves_its_service_before_it_stops()
    {
        await _cluster.Apply(Manifest.Load("leaving.yaml"));
        await StatusAsync("leaving");
        var pods = await _cluster.Names("pods", "app=leaving");
        var doomed = pods[0];
        await _cluster.Kubectl("delete", "pod", doomed, "--wait=false");

        await Eventually.Get("out of the endpoint slice", () => ReadyEndpointsAsync("leaving"), names => !names.Contains(doomed) && names.Length == 2);
        // Its preStop hook holds it until it is let go, so it must still run when it has left the service and its replacement is there.
        Assert.Equal("true", await JsonPathAsync("pod/" + doomed, "{.status.containerStatuses[0].started}"));
        await StatusAsync("leaving");
        foreach (var pod in await _cluster.Names("pods", "app=leaving"))
            await _cluster.Kubectl("exec", pod, "--", "touch", "/tmp/go");
        await _cluster.Kubectl("wait", "pod/" + doomed, "--for=delete", "--timeout=300s");
        await _cluster.Kubectl("delete", "deployment,service", "leaving");
    }

    [Fact]
    public async Task A_pod_whose_readiness_fails_leaves_the_service_and_comes_back()
    {
        await _cluster.Apply(Manifest.Load("readiness.yaml"));
        await StatusAsync("readiness");
        var pod = (await _cluster.Names("pods", "app=readiness"))[0];
        await _cluster.Kubectl("exec", pod, "--", "rm", "/tmp/ready");
        await Eventually.Get("one endpoint is left", () => ReadyEndpointsAsync("readiness"), names => names.Length == 1 && names[0] != pod);
        Assert.Equal("0", await JsonPathAsync("pod/" + pod, "{.status.containerStatuses[0].restartCount}"));
        await _cluster.Kubectl("exec", pod, "--", "touch", "/tmp/ready");
        await Eventually.Get("both endpoints are back", () => ReadyEndpointsAsync("readiness"), names => names.Length == 2);
        await _cluster.Kubectl("delete", "deployment,service", "readiness", "--grace-period=1");
    }

    [Fact]
    public async Task A_failing_liveness_probe_restarts_the_container()
    {
        await _cluster.Apply(Manifest.Load("liveness.yaml"));
        await Eventually.Get("restarted", () => JsonPathAsync("pod/liveness", "{.status.containerStatuses[0].restartCount}"), x => x is not ("" or "0"));
        await Eventually.Get("an event of it", () => _cluster.Kubectl("get", "events", "--field-selector", "involvedObject.name=liveness,reason=Unhealthy"), events => events.Contains("Liveness probe failed"));
        await _cluster.Kubectl("delete", "pod", "liveness", "--grace-period=1");
    }

    [Fact]
    public async Task A_bad_image_says_so_and_an_edit_cures_it()
    {
        await _cluster.Apply(Manifest.Deployment("bad", replicas: 1, image: "127.0.0.1:5000/absent:1"));
        // The two take turns, so a reason is looked at with its own message.
        var seen = new Dictionary<string, string>();
        await Eventually.True("ErrImagePull, then ImagePullBackOff", async () =>
        {
            var waiting = (await _cluster.Kubectl("get", "pods", "-l", "app=bad", "-o", "jsonpath={.items[0].status.containerStatuses[0].state.waiting.reason} {.items[0].status.containerStatuses[0].state.waiting.message}")).Split(' ', 2);
            seen[waiting[0]] = waiting[^1];
            return seen.ContainsKey("ErrImagePull") && seen.ContainsKey("ImagePullBackOff");
        });
        Assert.Contains("127.0.0.1:5000", seen["ErrImagePull"]);
        Assert.Contains("127.0.0.1:5000/absent:1", seen["ImagePullBackOff"]);
        await _cluster.Kubectl("set", "image", "deployment/bad", "main=sample/busybox:1");
        await StatusAsync("bad");
        await _cluster.Kubectl("delete", "deployment", "bad");
    }

    [Fact]
    public async Task A_pod_that_fits_nowhere_is_told_why()
    {
        await _cluster.Apply(Manifest.Pod("giant", cpu: "1000"));
        var message = await Eventually.Get("a FailedScheduling event",
            () => _cluster.Kubectl("get", "events", "--field-selector", "involvedObject.name=giant,reason=FailedScheduling", "-o", "jsonpath={.items[0].message}"), x => x.Length > 0);
        Assert.Contains("0/1 nodes are available: 1 Insufficient cpu", message);
        await _cluster.Kubectl("delete", "pod", "giant");
    }

    private Task StatusAsync(string deployment) => _cluster.Kubectl("rollout", "status", "deployment/" + deployment, "--timeout=300s");

    private Task<string> JsonPathAsync(string what, string path) => _cluster.Kubectl("get", what, "-o", "jsonpath=" + path);

    private async Task<string> ContainerIdAsync(string pod) => (await JsonPathAsync("pod/" + pod, "{.status.containerStatuses[0].containerID}")).Split("://")[1];

    private async Task<string[]> ReadyEndpointsAsync(string service) => (await _cluster.Kubectl("get", "endpointslices", "-l", "kubernetes.io/service-name=" + service,
        "-o", "jsonpath={range .items[*].endpoints[?(@.conditions.ready==true)]}{.targetRef.name}{\" \"}{end}")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

[Collection(DockerNodeCollection.Name)]
public sealed class DockerRolloutTests(DockerNode node) : RolloutTests(node);

[Collection(NativeNodeCollection.Name)]
public sealed class NativeRolloutTests(NativeNode node) : RolloutTests(node);
