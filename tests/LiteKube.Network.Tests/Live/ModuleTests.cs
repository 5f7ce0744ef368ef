using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Network.Cni;
using LiteKube.Network.Filter;
using LiteKube.Network.Netlink;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Network.Tests.Live;

/// <summary>The module as the executable registers it, against an API in memory and a node in a namespace.</summary>
public sealed class ModuleTests : IAsyncLifetime
{
    private readonly string _state = Directory.CreateTempSubdirectory("litekube-network-").FullName;
    private readonly FakeApi _api = new(TimeProvider.System);
    private readonly List<TestNamespace> _namespaces = [];
    private TestNamespace? _node;
    private IHost? _host;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_host is not null)
            await StopAsync();
        _namespaces.ForEach(ns => ns.Dispose());
        Directory.Delete(_state, recursive: true);
    }

    [RootFact]
    public async Task From_Node_and_Service_objects_to_traffic_and_on_without_LiteKube()
    {
        _node = New("node");
        await StartAsync();
        var pods = _host!.Services.GetRequiredService<PodNetwork>();
        Assert.Equal("node one has no pod CIDR yet", pods.NotReadyReason);

        AddNode();
        await Until(() => pods.NotReadyReason is null);
        var server = New("server");
        var client = New("client");
        server.ServeTcp(8080, "server");
        var address = (await pods.AttachAsync("default", "server", "s1", server.Path, [new PodHostPort("TCP", 8888, 8080, null)], CancellationToken.None)).ToString();
        await pods.AttachAsync("default", "client", "s2", client.Path, [], CancellationToken.None);
        Assert.Equal("10.42.5.2", address);

        AddService(address);
        Assert.Equal("server", await AnswerAsync(client, "10.43.0.50", 80));
        Assert.Equal("server", await AnswerAsync(_node, "127.0.0.1", 8888));

        // Gone with its process: what is in the kernel serves on.
        await StopAsync();
        Assert.Equal("server", (await client.AskAsync("10.43.0.50", 80)).Text);

        await StartAsync();
        pods = _host!.Services.GetRequiredService<PodNetwork>();
        Assert.Equal("server", (await client.AskAsync("10.43.0.50", 80)).Text);
        Assert.Equal(address, (await pods.AttachAsync("default", "server", "s1", server.Path, [], CancellationToken.None)).ToString());

        // Another program flushes everything.
        _node.Exec("nft flush ruleset");
        Assert.Equal("server", await AnswerAsync(client, "10.43.0.50", 80));
        await Until(() => _node.Exec("iptables -S FORWARD").Contains("LITEKUBE-FORWARD", StringComparison.Ordinal));

        _api.Delete<Service>("default", "web");
        await Until(async () =>
        {
            try
            {
                await client.AskAsync("10.43.0.50", 80);
                return false;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return true;
            }
        });
    }

    [RootFact]
    public async Task Without_nft_and_iptables_the_network_says_that_it_is_not_ready()
    {
        _node = New("node");
        await StartAsync(new NoTools());
        var pods = _host!.Services.GetRequiredService<PodNetwork>();
        var told = new TaskCompletionSource();
        pods.ReadinessChanged += () => told.TrySetResult();

        AddNode();

        await Until(() => pods.NotReadyReason?.Contains("Install nftables", StringComparison.Ordinal) == true);
        await told.Task.WaitAsync(TestNamespace.Limit);
    }

    private void AddNode() => _api.Add(new LiteKube.Api.Core.V1.Node
    {
        Metadata = new ObjectMeta { Name = "one" },
        Spec = new NodeSpec { PodCIDR = "10.42.5.0/24" },
        Status = new NodeStatus { Addresses = [new NodeAddress { Type = "InternalIP", Address = "192.168.77.1" }] },
    });

    private void AddService(string address)
    {
        _api.Add(new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
            Spec = new ServiceSpec { ClusterIP = "10.43.0.50", ClusterIPs = ["10.43.0.50"], Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }] },
        });
        _api.Add(new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web-1", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "web" } },
            AddressType = "IPv4",
            Ports = [new LiteKube.Api.Discovery.V1.EndpointPort { Name = "http", Port = 8080, Protocol = "TCP" }],
            Endpoints = [new Endpoint { Addresses = [address], NodeName = "one", Conditions = new EndpointConditions { Ready = true } }],
        });
    }

    private async Task StartAsync(IToolRunner? tools = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IApiTransportFactory>(_api);
        builder.Services.AddClient();
        builder.Services.AddSingleton<IHostNamespace>(_node!);
        builder.Services.AddSingleton(tools ?? new NamespaceTools(_node!));
        builder.Services.AddNetwork(new NetworkOptions { NodeName = "one", StateDirectory = _state });
        _host = builder.Build();
        await _host.StartAsync();
    }

    private async Task StopAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _host = null;
    }

    private TestNamespace New(string role)
    {
        var ns = new TestNamespace(role);
        _namespaces.Add(ns);
        return ns;
    }

    private static async Task<string> AnswerAsync(TestNamespace client, string address, int port)
    {
        string? answer = null;
        await Until(async () =>
        {
            try
            {
                answer = (await client.AskAsync(address, port)).Text;
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        });
        return answer!;
    }

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    /// <summary>Rules tell nobody when they are in the kernel, so traffic itself is asked, again and again.</summary>
    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TestNamespace.Limit);
        while (!await condition())
            await Task.Delay(50, limit.Token);
    }

    /// <summary>A machine on which no packet filter is installed.</summary>
    private sealed class NoTools : IToolRunner
    {
        public string? Find(string tool) => null;

        public Task<ToolResult> RunAsync(string path, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"{path} is not there");
    }
}
