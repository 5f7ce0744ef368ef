using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

[Collection(KubectlCollection.Name)]
public sealed class EditTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync()
    {
        _namespace = await server.NewNamespace();
        await Run("create", "deployment", "web", "--image=a:1");
    }

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Fact]
    public async Task Edit_saves_what_the_editor_leaves()
    {
        var result = await Shell.RunAsync(["env", "KUBE_EDITOR=sed -i s/a:1/a:2/", "kubectl", "--kubeconfig", server.Kubeconfig, "-n", _namespace, "edit", "deployment/web"]);
        Assert.Equal("deployment.apps/web edited", result.Ok());
        Assert.Equal("a:2", await Get("{.spec.template.spec.containers[0].image}"));
    }

    [Theory]
    [InlineData("json", """[{"op":"test","path":"/spec/replicas","value":1},{"op":"replace","path":"/spec/replicas","value":5}]""")]
    [InlineData("merge", """{"spec":{"replicas":5}}""")]
    [InlineData("strategic", """{"spec":{"replicas":5,"template":{"spec":{"containers":[{"name":"side","image":"s:1"}]}}}}""")]
    public async Task Patch(string type, string patch)
    {
        Assert.Equal("deployment.apps/web patched", await Run("patch", "deployment/web", $"--type={type}", "-p", patch));
        Assert.Equal("5", await Get("{.spec.replicas}"));
        if (type == "strategic")
            Assert.Equal("a side", string.Join(' ', (await Get("{.spec.template.spec.containers[*].name}")).Split(' ').Order()));
        // kubectl compares with what it has read, and until the deployment rests its controller may have written in between.
        await Eventually.Get("nothing changes", () => Run("patch", "deployment/web", "--type=merge", "-p", """{"spec":{"replicas":5}}"""), said => said.Contains("(no change)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_patch_of_a_subresource()
    {
        await Run("patch", "deployment/web", "--subresource=scale", "--type=merge", "-p", """{"spec":{"replicas":3}}""");
        Assert.Equal("3", await Run("get", "deployment/web", "--subresource=scale", "-o", "jsonpath={.spec.replicas}"));
    }

    [Fact]
    public async Task Label_and_annotate_set_refuse_to_overwrite_and_remove()
    {
        Assert.Equal("deployment.apps/web labeled", await Run("label", "deployment/web", "tier=front"));
        Assert.Contains("--overwrite is false", (await Try("label", "deployment/web", "tier=back")).Error);
        await Run("label", "deployment/web", "tier=back", "--overwrite");
        Assert.Equal("back", await Get("{.metadata.labels.tier}"));
        Assert.Equal("deployment.apps/web unlabeled", await Run("label", "deployment/web", "tier-"));
        Assert.Equal("deployment.apps/web annotated", await Run("annotate", "deployment/web", "note=x y"));
        Assert.Equal("x y", await Get("{.metadata.annotations.note}"));
    }

    [Fact]
    public async Task Replace_needs_the_version_it_replaces()
    {
        var old = await Run("get", "deployment/web", "-o", "yaml");
        await Run("label", "deployment/web", "a=b");
        var stale = await server.TryWith(old, "-n", _namespace, "replace", "-f", "-");
        Assert.Contains("the object has been modified", stale.Error);
        // The deployment's controller writes to it, too: whoever is refused reads again.
        await Eventually.Get("replaced", async () => await server.RunWith(await Run("get", "deployment/web", "-o", "yaml"), "-n", _namespace, "replace", "-f", "-"), said => said == "deployment.apps/web replaced");
    }

    [Fact]
    public async Task Taint_cordon_and_uncordon_a_node()
    {
        await server.RunWith("""{"apiVersion":"v1","kind":"Node","metadata":{"name":"spare"}}""", "create", "-f", "-");
        Assert.Equal("node/spare tainted", await server.Run("taint", "node", "spare", "key=value:NoSchedule"));
        Assert.Contains("key=value:NoSchedule", await server.Run("get", "node/spare", "-o", "jsonpath={range .spec.taints[*]}{.key}={.value}:{.effect} {end}"));
        Assert.Equal("node/spare untainted", await server.Run("taint", "node", "spare", "key-"));
        await server.Run("cordon", "spare");
        Assert.Equal("true", await server.Run("get", "node/spare", "-o", "jsonpath={.spec.unschedulable}"));
        await server.Run("uncordon", "spare");
        await server.Run("delete", "node", "spare");
    }

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);

    private Task<ShellResult> Try(params string[] arguments) => server.Try(["-n", _namespace, .. arguments]);

    private Task<string> Get(string path) => Run("get", "deployment/web", "-o", $"jsonpath={path}");
}
