using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Network;
using LiteKube.Node.Probes;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server;
using LiteKube.Node.Volumes;
using LiteKube.Testing;
using LiteKube.Testing.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Node.Tests.Harness;

/// <summary>A whole node on a fake API, engine, network and clock. The engine outlives the node, so that one can follow another.</summary>
internal sealed class NodeHarness : IAsyncDisposable
{
    public const string NodeName = "node-a";

    private readonly bool _ownsDirectory;
    private FakeCluster? _cluster;

    public NodeHarness(string? directory = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("litekube-node-").FullName;
    }

    public string Directory { get; }

    public FakeCluster Cluster => _cluster!;

    public FakeApi Api => Cluster.Api;

    public FakeRuntime Runtime { get; set; } = null!;

    public FakePodNetwork Network { get; } = new();

    public FakeMounts Mounts { get; } = new();

    public FakeProber Prober { get; } = new();

    public FakeTokens Tokens { get; } = new();

    public Func<ContainerConfig, FakeContainerScript> Script { get; set; } = _ => new FakeContainerScript();

    public NodeOptions Options { get; set; } = new()
    {
        NodeName = NodeName,
        NodeIP = System.Net.IPAddress.Parse("192.0.2.10"),
        Capacity = new Dictionary<string, string> { ["cpu"] = "4", ["memory"] = "8Gi" },
    };

    /// <param name="before">What the API holds before the node starts.</param>
    /// <param name="runtime">The engine of a node that ran before.</param>
    public async Task<NodeHarness> StartAsync(Action<FakeApi>? before = null, Func<FakeTime, FakeRuntime>? runtime = null)
    {
        _cluster = await FakeCluster.StartAsync(
            services =>
            {
                services.AddSingleton<IContainerRuntime>(s =>
                {
                    var engine = runtime?.Invoke((FakeTime)s.GetRequiredService<TimeProvider>()) ?? new FakeRuntime(s.GetRequiredService<TimeProvider>());
                    Runtime = engine;
                    engine.Script = config => Script(config);
                    engine.FakeImages.Add("app:1");
                    return engine;
                });
                services.AddSingleton<IPodNetwork>(Network);
                services.AddSingleton<IMounts>(Mounts);
                services.AddSingleton<IProber>(Prober);
                services.AddSingleton<ITokenSource>(Tokens);
                services.AddNode(Options with { RootDirectory = Directory });
            },
            before);
        await Cluster.UntilAsync(() => Api.Find<ApiNode>(null, NodeName)?.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) == true, "node Ready");
        return this;
    }

    public IPodDirectory PodDirectory => Cluster.Service<IPodDirectory>();

    public Pod Add(Pod pod) => Api.Add(pod with { Metadata = pod.Metadata with { Namespace = "default" }, Spec = pod.Spec with { NodeName = NodeName } });

    public Pod Get(string name) => Api.Find<Pod>("default", name) ?? throw new InvalidOperationException($"pod {name} is not there");

    public async Task<Pod> UntilAsync(string name, Func<PodStatus, bool> condition, string what)
    {
        try
        {
            return await Cluster.UntilAsync<Pod>("default", name, p => condition(p.Status), what);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nstatus: {Api.Find<Pod>("default", name)?.Status}\ncalls: {string.Join("; ", Runtime.Calls)}\nevents: {string.Join("; ", Events(name))}", e);
        }
    }

    public Task<Pod> UntilRunningAsync(string name) => UntilAsync(name, s => s.Phase == "Running" && s.ContainerStatuses.All(c => c.State?.Running is not null), $"{name} Running");

    public Task UntilGoneAsync(string name) => Cluster.UntilAsync(() => Api.Find<Pod>("default", name) is null, $"{name} gone");

    /// <summary><c>reason: message</c> of the events about a pod.</summary>
    public IReadOnlyList<string> Events(string name) => [.. Api.All<Event>().Where(e => e.InvolvedObject.Name == name).Select(e => $"{e.Reason}: {e.Message}")];

    public async Task<string> UntilEventAsync(string name, string start)
    {
        await Cluster.UntilAsync(() => Events(name).Any(e => e.StartsWith(start, StringComparison.Ordinal)), $"event {start}, found: {string.Join("; ", Events(name))}");
        return Events(name).First(e => e.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>The engine's container, newest first.</summary>
    public async Task<IReadOnlyList<Runtime.ContainerStatus>> EngineContainersAsync(string name) =>
        [.. (await Runtime.ListContainersAsync(CancellationToken.None)).Where(c => c.Name == name).OrderByDescending(c => c.Attempt)];

    public async Task StopNodeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _cluster = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopNodeAsync();
        if (_ownsDirectory)
            System.IO.Directory.Delete(Directory, recursive: true);
    }
}
