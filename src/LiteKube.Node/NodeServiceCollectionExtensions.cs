using LiteKube.Api.Core.V1;
using LiteKube.Client;
using LiteKube.Node.Containers;
using LiteKube.Node.Env;
using LiteKube.Node.Hosting;
using LiteKube.Node.Images;
using LiteKube.Node.Network;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Pods;
using LiteKube.Node.Probes;
using LiteKube.Node.Registration;
using LiteKube.Node.Runtime;
using LiteKube.Node.Server;
using LiteKube.Node.Volumes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node;

public static class NodeServiceCollectionExtensions
{
    /// <summary>
    /// The kubelet. The process provides <see cref="IContainerRuntime"/>, <see cref="IPodNetwork"/>, <see cref="IApiTransportFactory"/> and the client's
    /// informers; register after those. Gives the process <see cref="IPodDirectory"/> for the node's server.
    /// </summary>
    public static IServiceCollection AddNode(this IServiceCollection services, NodeOptions? options = null)
    {
        var node = options ?? new NodeOptions();
        var identity = new ClientIdentity($"system:node:{node.NodeName}", "system:nodes");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(node);
        services.AddSingleton<NodeFacts>();
        services.AddSingleton<NodeHealth>();
        services.TryAddSingleton<IMounts, LinuxMounts>();
        services.AddKeyedSingleton(Keys.Client, (s, _) => new KubeClient(s.GetRequiredService<IApiTransportFactory>().For(identity)));
        services.AddKeyedSingleton<IEventRecorder>(Keys.Client, (s, _) => new EventRecorder(Client(s), "kubelet", node.NodeName, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>().CreateLogger("LiteKube.Node.Events")));
        services.AddSingleton(s => new PodObjects(s.GetRequiredService<IApiTransportFactory>(), identity, s.GetRequiredService<InformerFactory>().Of<Service>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<Prober>();
        services.TryAddSingleton<IProber>(s => s.GetRequiredService<Prober>());
        services.TryAddSingleton<ITokenSource>(s => new ApiTokens(Client(s)));
        services.AddSingleton(MakePodServices);
        services.AddSingleton<PodWorkers>();
        services.AddSingleton<IPodDirectory>(s => s.GetRequiredService<PodWorkers>());
        services.AddSingleton(s => new NodeRegistrar(node, Client(s), s.GetRequiredService<NodeFacts>(), s.GetRequiredService<NodeHealth>(), s.GetRequiredService<IPodNetwork>(), s.GetRequiredService<IContainerRuntime>(), Events(s), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<NodeRegistrar>>()));
        services.AddSingleton(s => new NodeLease(node, Client(s), s.GetRequiredService<NodeFacts>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<NodeLease>>()));
        services.AddSingleton<EngineWatcher>();
        services.AddSingleton<ImageCollector>();
        services.AddSingleton<ClockWatch>();
        services.AddSingleton<NodeService>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<NodeService>());
        return services;
    }

    private static PodServices MakePodServices(IServiceProvider s)
    {
        var options = s.GetRequiredService<NodeOptions>();
        var runtime = s.GetRequiredService<IContainerRuntime>();
        var time = s.GetRequiredService<TimeProvider>();
        var facts = s.GetRequiredService<NodeFacts>();
        var objects = s.GetRequiredService<PodObjects>();
        var mounts = s.GetRequiredService<IMounts>();
        var prober = s.GetRequiredService<Prober>();
        return new PodServices(options, runtime, s.GetRequiredService<IPodNetwork>(), Client(s), Events(s), time, s.GetRequiredService<ILoggerFactory>().CreateLogger("LiteKube.Node.Pods"))
        {
            Node = facts,
            Objects = objects,
            Volumes = new VolumeContext(options.RootDirectory, mounts, objects, s.GetRequiredService<ITokenSource>(), time, () => facts.Resources.Allocatable),
            Cleanup = new PodDirectoryCleanup(options.RootDirectory, mounts),
            Prober = s.GetRequiredService<IProber>(),
            Hooks = new HookRunner(runtime, prober.Http, time),
            Configs = new ContainerConfigBuilder(new EnvironmentBuilder(objects), options, () => facts.Resources),
            HostFiles = new HostFiles(options.ResolverConfig),
            PullSlots = new SemaphoreSlim(options.MaxParallelImagePulls),
        };
    }

    private static KubeClient Client(IServiceProvider services) => services.GetRequiredKeyedService<KubeClient>(Keys.Client);

    private static IEventRecorder Events(IServiceProvider services) => services.GetRequiredKeyedService<IEventRecorder>(Keys.Client);

    private static class Keys
    {
        /// <summary>The node's own identity, apart from other modules' clients.</summary>
        public const string Client = "node";
    }
}
