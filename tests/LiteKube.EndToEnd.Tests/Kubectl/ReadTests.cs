using System.Text.Json;
using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

[Collection(KubectlCollection.Name)]
public sealed class ReadTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync()
    {
        _namespace = await server.NewNamespace();
        foreach (var (name, value) in new[] { ("c", "1"), ("a", "3"), ("b", "2") })
        {
            await Run("create", "configmap", name, $"--from-literal=rank={value}");
            await Run("label", "configmap", name, $"rank={value}", "kind=test");
        }
    }

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Theory]
    [InlineData("name", "configmap/a\nconfigmap/b\nconfigmap/c")]
    [InlineData("jsonpath={.items[*].metadata.name}", "a b c")]
    [InlineData("go-template={{range .items}}{{.metadata.name}}={{.data.rank}};{{end}}", "a=3;b=2;c=1;")]
    [InlineData("custom-columns=N:.metadata.name,R:.data.rank", "N     R\na     3\nb     2\nc     1")]
    public async Task Get_in_every_format(string format, string expected) =>
        Assert.Equal(expected, await Run("get", "configmaps", "-l", "kind=test", "-o", format));

    [Fact]
    public async Task Get_as_table_wide_json_and_yaml()
    {
        var table = (await Run("get", "configmaps", "-l", "kind=test")).Split('\n');
        Assert.Matches(@"^NAME\s+DATA\s+AGE$", table[0]);
        Assert.Matches(@"^a\s+1\s+\d+[sm]\S*$", table[1]);
        Assert.Contains("LABELS", await Run("get", "configmaps", "--show-labels"));
        Assert.Matches(@"NAME\s+DATA\s+AGE\s+RANK", await Run("get", "configmaps", "-L", "rank"));
        Assert.Matches(@"NAMESPACE\s+NAME", await server.Run("get", "configmaps", "-A"));
        using var json = JsonDocument.Parse(await Run("get", "configmaps", "-l", "kind=test", "-o", "json"));
        Assert.Equal(3, json.RootElement.GetProperty("items").GetArrayLength());
        Assert.Contains("kind: ConfigMap", await Run("get", "configmap/a", "-o", "yaml"));
    }

    [Fact]
    public async Task Sort_selectors_and_chunks()
    {
        Assert.Equal("c b a", await Run("get", "configmaps", "-l", "kind=test", "--sort-by=.data.rank", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Equal("a b", await Run("get", "configmaps", "-l", "rank in (2,3),kind", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Equal("c", await Run("get", "configmaps", "-l", "kind=test,rank notin (2,3)", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Equal("b", await Run("get", "configmaps", "--field-selector=metadata.name=b", "-o", "jsonpath={.items[*].metadata.name}"));
        Assert.Contains("is not a known field selector", (await server.Try("-n", _namespace, "get", "configmaps", "--field-selector=data.rank=1")).Error);
        Assert.Equal(3, (await Run("get", "configmaps", "-l", "kind=test", "--chunk-size=1", "-o", "name")).Split('\n').Length);
    }

    [Fact]
    public async Task Api_resources_and_versions()
    {
        var resources = await server.Run("api-resources", "-o", "wide");
        Assert.Matches(@"(?m)^deployments\s+deploy\s+apps/v1\s+true\s+Deployment\s+create,delete,deletecollection,get,list,patch,update,watch\s+all", resources);
        Assert.Matches(@"(?m)^nodes\s+no\s+v1\s+false\s+Node", resources);
        Assert.DoesNotContain("pods", (await server.Run("api-resources", "--namespaced=false", "-o", "name")).Split('\n'));
        var versions = (await server.Run("api-versions")).Split('\n');
        Assert.Contains("v1", versions);
        Assert.Contains("apps/v1", versions);
        Assert.Contains("autoscaling/v2", versions);
    }

    [Fact]
    public async Task Explain_knows_fields_and_their_types()
    {
        var text = await server.Run("explain", "deployment.spec.template.spec.containers.image");
        Assert.Contains("KIND:       Deployment", text);
        Assert.Contains("FIELD: image <string>", text);
        Assert.Contains("strategy", await server.Run("explain", "deployment.spec", "--recursive"));
        Assert.Contains("field \"nope\" does not exist", (await server.Try("explain", "pod.spec.nope")).Error);
    }

    [Fact]
    public async Task Raw_paths_answer_as_they_are()
    {
        Assert.Equal("ok", await server.Run("get", "--raw", "/livez"));
        Assert.Contains("[+]ping ok", await server.Run("get", "--raw", "/readyz?verbose"));
        using var version = JsonDocument.Parse(await server.Run("get", "--raw", "/version"));
        Assert.StartsWith("v1.36", version.RootElement.GetProperty("gitVersion").GetString());
        Assert.Contains("apiserver_request_total{", await server.Run("get", "--raw", "/metrics"));
        Assert.Contains("Server Version: v1.36", await server.Run("version"));
    }

    [Fact]
    public async Task Auth_can_i_and_whoami()
    {
        Assert.Equal("yes", await server.Run("auth", "can-i", "*", "*"));
        var refused = await server.Try("auth", "can-i", "create", "pods", "--as=nobody");
        Assert.Equal((1, "no"), (refused.ExitCode, refused.Output.Trim()));
        await Run("create", "rolebinding", "viewer", "--clusterrole=view", "--user=eve");
        Assert.Equal("yes", await Run("auth", "can-i", "list", "pods", "--as=eve"));
        Assert.Equal("no", (await server.Try("-n", _namespace, "auth", "can-i", "list", "secrets", "--as=eve")).Output.Trim());
        Assert.Contains("configmaps", await Run("auth", "can-i", "--list", "--as=eve"));
        Assert.Contains("system:masters", await server.Run("auth", "whoami"));
        Assert.Contains("pods is forbidden: User \"mallory\" cannot list resource \"pods\"", (await server.Try("-n", _namespace, "get", "pods", "--as=mallory")).Error);
    }

    [Fact]
    public async Task Wait_for_creation_a_condition_a_value_and_deletion()
    {
        await Run("create", "deployment", "w", "--image=a:1", "--replicas=0");
        await Run("wait", "deployment/w", "--for=condition=Available", "--timeout=300s");
        await Run("wait", "deployment/w", "--for=jsonpath={.status.observedGeneration}=1", "--timeout=300s");
        var waiting = server.Try("-n", _namespace, "wait", "configmap/later", "--for=create", "--timeout=300s");
        await Run("create", "configmap", "later");
        (await waiting).Ok();
        var gone = server.Try("-n", _namespace, "wait", "configmap/later", "--for=delete", "--timeout=300s");
        await Run("delete", "configmap", "later");
        (await gone).Ok();
    }

    [Fact]
    public async Task Watch_prints_each_change()
    {
        using var watch = Shell.Start(["kubectl", "--kubeconfig", server.Kubeconfig, "-n", _namespace, "get", "configmap", "-l", "seen=yes", "-w", "--output-watch-events", "-o", "jsonpath={.type} {.object.metadata.name}{\"\\n\"}"], withInput: false);
        await Run("label", "configmap", "a", "seen=yes");
        Assert.Equal("ADDED a", await Line());
        await Run("annotate", "configmap", "a", "x=y");
        Assert.Equal("MODIFIED a", await Line());
        await Run("label", "configmap", "a", "seen-");
        Assert.Equal("DELETED a", await Line());
        watch.Kill(entireProcessTree: true);

        async Task<string?> Line() => await watch.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task Proxy_serves_the_API_on_a_port_of_its_own()
    {
        using var proxy = Shell.Start(["kubectl", "--kubeconfig", server.Kubeconfig, "proxy", "--port=0"], withInput: false);
        var line = await proxy.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Limit);
        using var client = new HttpClient();
        Assert.Contains("\"kind\":\"NamespaceList\"", (await client.GetStringAsync($"http://{line!.Split(' ')[^1]}/api/v1/namespaces")).Replace(" ", "", StringComparison.Ordinal));
        proxy.Kill(entireProcessTree: true);
    }

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);
}
