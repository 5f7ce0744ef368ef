using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Env;
using LiteKube.Node.Tests.Harness;

namespace LiteKube.Node.Tests.Env;

public sealed class EnvironmentTests
{
    private static readonly Dictionary<string, Quantity> s_allocatable = new() { ["cpu"] = Quantity.Parse("2"), ["memory"] = Quantity.Parse("4Gi") };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)-$(B)", "1-2")]
    [InlineData("$$(A) costs $$5", "$(A) costs $5")]
    [InlineData("$(MISSING) $(A", "$(MISSING) $(A")]
    [InlineData("$A $", "$A $")]
    public void References_are_replaced_and_the_rest_left(string text, string expected) =>
        Assert.Equal(expected, VariableExpansion.Expand(text, name => name switch { "A" => "1", "B" => "2", _ => null }));

    [Fact]
    public async Task Env_wins_over_envFrom_which_wins_over_services()
    {
        var objects = new Objects
        {
            Maps = { ["settings"] = new() { Data = new Dictionary<string, string> { ["X"] = "map", ["Y"] = "map", ["REDIS_SERVICE_HOST"] = "map" } } },
            Services = [Service("default", "redis", "10.43.0.9", 6379)],
        };
        var container = new Container
        {
            EnvFrom = [new EnvFromSource { ConfigMapRef = new ConfigMapEnvSource { Name = "settings" } }],
            Env = [new EnvVar { Name = "X", Value = "env" }, new EnvVar { Name = "Z", Value = "$(X)-$(Y)-$(REDIS_SERVICE_PORT)-$(LATER)" }, new EnvVar { Name = "LATER", Value = "1" }],
        };

        var result = await BuildAsync(objects, container);

        Assert.Equal("env", result.Find("X"));
        Assert.Equal("env-map-6379-$(LATER)", result.Find("Z"));
        Assert.Equal("map", result.Find("REDIS_SERVICE_HOST"));
        Assert.Equal("tcp://10.43.0.9:6379", result.Find("REDIS_PORT_6379_TCP"));
    }

    [Fact]
    public async Task Prefixed_names_of_any_printable_kind_reach_the_container()
    {
        var objects = new Objects { Secrets = { ["keys"] = new() { Data = new Dictionary<string, byte[]> { ["data-1"] = Encoding.UTF8.GetBytes("v") } } } };
        var container = new Container { EnvFrom = [.. ((string[])["1-", "$_-", "#@!", "a="]).Select(p => new EnvFromSource { Prefix = p, SecretRef = new SecretEnvSource { Name = "keys" } })] };

        var result = await BuildAsync(objects, container);

        Assert.Equal(["1-data-1", "$_-data-1", "#@!data-1"], result.Variables.Select(v => v.Name));
    }

    [Fact]
    public async Task Optional_references_are_left_out_and_others_refused()
    {
        var container = new Container { Env = [new EnvVar { Name = "A", ValueFrom = new EnvVarSource { SecretKeyRef = new SecretKeySelector { Name = "keys", Key = "k", Optional = true } } }] };
        Assert.Null((await BuildAsync(new Objects(), container)).Find("A"));

        container = new Container { Env = [new EnvVar { Name = "A", ValueFrom = new EnvVarSource { ConfigMapKeyRef = new ConfigMapKeySelector { Name = "settings", Key = "k" } } }] };
        var objects = new Objects { Maps = { ["settings"] = new() } };
        var e = await Assert.ThrowsAsync<ContainerConfigException>(async () => await BuildAsync(objects, container));
        Assert.Equal("couldn't find key k in ConfigMap default/settings", e.Message);
    }

    [Theory]
    [InlineData("limits.cpu", null, "2")]
    [InlineData("limits.cpu", "1m", "1250")]
    [InlineData("requests.cpu", null, "1")]
    [InlineData("limits.memory", "1Mi", "4096")]
    [InlineData("requests.memory", "1Ki", "65536")]
    public async Task Resource_fields_are_divided_and_rounded_up(string resource, string? divisor, string expected)
    {
        var container = new Container
        {
            Name = "app",
            Resources = new ResourceRequirements
            {
                Limits = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("1250m") },
                Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse("250m"), ["memory"] = Quantity.Parse("64Mi") },
            },
            Env = [new EnvVar { Name = "A", ValueFrom = new EnvVarSource { ResourceFieldRef = new ResourceFieldSelector { ResourceValue = resource, Divisor = divisor is null ? null : Quantity.Parse(divisor) } } }],
        };

        Assert.Equal(expected, (await BuildAsync(new Objects(), container)).Find("A"));
    }

    [Fact]
    public async Task Pod_fields_are_told()
    {
        string[] fields = ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels['app.io/x']", "metadata.annotations['none']", "spec.nodeName", "spec.serviceAccountName", "status.podIP", "status.hostIP", "status.hostIPs"];
        var container = new Container { Env = [.. fields.Select((f, i) => new EnvVar { Name = $"F{i}", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = f } } })] };

        var result = await BuildAsync(new Objects(), container);

        Assert.Equal(["web", "default", "u1", "y", "", "node-a", "default", "10.42.0.5", "192.0.2.10", "192.0.2.10"], result.Variables.Select(v => v.Value));
    }

    [Fact]
    public void Without_service_links_only_the_API_server_is_told()
    {
        var services = (Service[])[Service("default", "kubernetes", "10.43.0.1", 443), Service("shop", "redis", "10.43.0.9", 6379), Service("shop", "headless", "None", 80)];

        var without = ServiceEnvironment.Of("shop", links: false, services);
        var with = ServiceEnvironment.Of("shop", links: true, services);

        Assert.Equal("10.43.0.1", without["KUBERNETES_SERVICE_HOST"]);
        Assert.Equal("443", without["KUBERNETES_SERVICE_PORT"]);
        Assert.DoesNotContain("REDIS_SERVICE_HOST", without.Keys);
        Assert.Equal("10.43.0.9", with["REDIS_SERVICE_HOST"]);
        Assert.DoesNotContain("HEADLESS_SERVICE_HOST", with.Keys);
    }

    private static async Task<ContainerEnvironment> BuildAsync(Objects objects, Container container)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "web", Namespace = "default", Uid = "u1", Labels = new Dictionary<string, string> { ["app.io/x"] = "y" } },
            Spec = new PodSpec { NodeName = "node-a", ServiceAccountName = "default", Containers = [container] },
        };
        return await new EnvironmentBuilder(objects).BuildAsync(pod, container, new PodAddresses(["10.42.0.5"], ["192.0.2.10"]), s_allocatable, CancellationToken.None);
    }

    private static Service Service(string ns, string name, string ip, int port) =>
        new() { Metadata = new ObjectMeta { Namespace = ns, Name = name }, Spec = new ServiceSpec { ClusterIP = ip, Ports = [new ServicePort { Port = port, Protocol = "TCP" }] } };

    private sealed class Objects : IPodObjects
    {
        public Dictionary<string, ConfigMap> Maps { get; } = [];

        public Dictionary<string, Secret> Secrets { get; } = [];

        public IReadOnlyList<Service> Services { get; init; } = [];

        public ValueTask<ConfigMap?> GetConfigMapAsync(string ns, string name, CancellationToken cancellationToken) => ValueTask.FromResult(Maps.GetValueOrDefault(name));

        public ValueTask<Secret?> GetSecretAsync(string ns, string name, CancellationToken cancellationToken) => ValueTask.FromResult(Secrets.GetValueOrDefault(name));

        public ValueTask<IReadOnlyList<Service>> GetServicesAsync(string ns, CancellationToken cancellationToken) => ValueTask.FromResult(Services);
    }
}
