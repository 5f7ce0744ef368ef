using LiteKube.EndToEnd.Tests.Hosts;

namespace LiteKube.EndToEnd.Tests.Kubectl;

[Collection(KubectlCollection.Name)]
public sealed class ApplyTests(ApiOnlyServer server) : IAsyncLifetime
{
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await server.NewNamespace();

    public Task DisposeAsync() => server.Run("delete", "namespace", _namespace, "--wait=false");

    [Fact]
    public async Task Client_side_apply_creates_configures_and_leaves_unchanged()
    {
        Assert.Equal("deployment.apps/web created", await Apply(Deployment(1, "a:1")));
        Assert.Equal("deployment.apps/web unchanged", await Apply(Deployment(1, "a:1")));
        Assert.Equal("deployment.apps/web configured", await Apply(Deployment(2, "a:2")));
        Assert.Equal("2 a:2", await Get("deployment/web", "{.spec.replicas} {.spec.template.spec.containers[0].image}"));
    }

    [Fact]
    public async Task Client_side_apply_removes_what_the_manifest_no_longer_has()
    {
        await Apply(ConfigMap("kept: a", "dropped: b"));
        await Run("patch", "configmap", "settings", "--type=merge", "-p", """{"data":{"foreign":"c"}}""");
        await Apply(ConfigMap("kept: z"));
        Assert.Equal("""{"foreign":"c","kept":"z"}""", await Get("configmap/settings", "{.data}"));
    }

    [Fact]
    public async Task Server_side_apply_conflicts_name_the_field_and_its_manager_and_force_takes_it()
    {
        Assert.Equal("deployment.apps/web serverside-applied", await Apply(Deployment(1, "a:1"), "--server-side", "--field-manager=one"));
        var refused = await Try(Deployment(3, "a:1"), "apply", "--server-side", "--field-manager=two", "-f", "-");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("conflict with \"one\": .spec.replicas", refused.Error);
        Assert.Equal("1", await Get("deployment/web", "{.spec.replicas}"));

        await Apply(Deployment(3, "a:1"), "--server-side", "--field-manager=two", "--force-conflicts");
        Assert.Equal("3", await Get("deployment/web", "{.spec.replicas}"));
        Assert.Contains("two Apply", await Run("get", "deployment/web", "--show-managed-fields", "-o", "jsonpath={range .metadata.managedFields[*]}{.manager} {.operation}{\"\\n\"}{end}"));
    }

    [Fact]
    public async Task Server_side_apply_removes_only_what_its_manager_owned_alone()
    {
        await Apply(ConfigMap("mine: a", "shared: b"), "--server-side", "--field-manager=one");
        await Apply(ConfigMap("shared: b"), "--server-side", "--field-manager=two");
        await Apply(ConfigMap("other: c"), "--server-side", "--field-manager=one");
        Assert.Equal("""{"other":"c","shared":"b"}""", await Get("configmap/settings", "{.data}"));
    }

    [Fact]
    public async Task Server_side_apply_takes_over_from_client_side_apply()
    {
        await Apply(Deployment(1, "a:1"));
        await Apply(Deployment(2, "a:2"), "--server-side");
        Assert.Equal("2 a:2", await Get("deployment/web", "{.spec.replicas} {.spec.template.spec.containers[0].image}"));
        // The second is what kubectl keeps the last-applied annotation by.
        Assert.Equal("kubectl Apply\nkubectl-last-applied Apply", string.Join('\n', (await Run("get", "deployment/web", "--show-managed-fields", "-o", "jsonpath={range .metadata.managedFields[*]}{.manager} {.operation}{\"\\n\"}{end}"))
            .Split('\n').Where(line => line.StartsWith("kubectl", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Prune_deletes_what_is_no_longer_applied()
    {
        await Apply(ConfigMap("a: b") + "---\n" + ConfigMap("a: b").Replace("settings", "second"), "-l", "app=pruned", "--prune", "--prune-allowlist=core/v1/ConfigMap");
        var printed = await Apply(ConfigMap("a: b"), "-l", "app=pruned", "--prune", "--prune-allowlist=core/v1/ConfigMap");
        Assert.Contains("configmap/second pruned", printed);
        Assert.Equal("settings", await Run("get", "configmaps", "-l", "app=pruned", "-o", "jsonpath={.items[*].metadata.name}"));
    }

    [Fact]
    public async Task Diff_shows_the_change_and_makes_none()
    {
        await Apply(Deployment(1, "a:1"));
        // kubectl compares two answers of the server, and until the deployment rests its controller may write between them.
        await Eventually.Get("no difference", () => Try(Deployment(1, "a:1"), "diff", "-f", "-"), diff => diff.ExitCode == 0);
        var changed = await Try(Deployment(4, "a:1"), "diff", "-f", "-");
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("-  replicas: 1", changed.Output);
        Assert.Contains("+  replicas: 4", changed.Output);
        var serverSide = await Try(Deployment(4, "a:1"), "diff", "--server-side", "--force-conflicts", "-f", "-");
        Assert.Contains("+  replicas: 4", serverSide.Output);
        Assert.Equal("1", await Get("deployment/web", "{.spec.replicas}"));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("apply")]
    public async Task A_server_dry_run_validates_and_stores_nothing(string verb)
    {
        Assert.Contains("created (server dry run)", (await Try(Deployment(1, "a:1"), verb, "--dry-run=server", "-f", "-")).Ok());
        Assert.Contains("Unsupported value", (await Try(Deployment(1, "a:1").Replace("a:1", "a:1, imagePullPolicy: Sometimes"), verb, "--dry-run=server", "-f", "-")).Error);
        Assert.Contains("NotFound", (await server.Try("-n", _namespace, "get", "deployment", "web")).Error);
    }

    [Fact]
    public async Task An_unknown_field_is_refused_by_name()
    {
        var refused = await Try(Deployment(1, "a:1").Replace("replicas: 1", "replicaCount: 1"), "apply", "-f", "-");
        Assert.Contains("unknown field \"spec.replicaCount\"", refused.Error);
        var warned = await Try(Deployment(1, "a:1").Replace("replicas: 1", "replicaCount: 1"), "apply", "--validate=warn", "-f", "-");
        Assert.Contains("Warning: unknown field \"spec.replicaCount\"", warned.Error);
        Assert.Equal(0, warned.ExitCode);
    }

    private static string Deployment(int replicas, string image) => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web}}
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: c, image: {{{image}}} }]

        """;

    private static string ConfigMap(params string[] data) =>
        $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, labels: {{app: pruned}}}}\ndata:\n{string.Concat(data.Select(d => $"  {d}\n"))}";

    private Task<ShellResult> Try(string manifest, params string[] arguments) => server.TryWith(manifest, ["-n", _namespace, .. arguments]);

    private async Task<string> Apply(string manifest, params string[] flags) => (await Try(manifest, ["apply", .. flags, "-f", "-"])).Ok();

    private Task<string> Run(params string[] arguments) => server.Run(["-n", _namespace, .. arguments]);

    private Task<string> Get(string what, string path) => Run("get", what, "-o", $"jsonpath={path}");
}
