using LiteKube.Adapters;
using LiteKube.Admission;
using LiteKube.ApiServer;
using LiteKube.Client;
using LiteKube.Controllers;
using LiteKube.Dns;
using LiteKube.Hosting;
using LiteKube.Network;
using LiteKube.Node;
using LiteKube.Node.Network;
using LiteKube.Node.Server;
using LiteKube.Runtimes.Docker;
using LiteKube.Scheduler;
using LiteKube.Security;
using LiteKube.Security.Pki;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube;

/// <summary>Every module of the process, in the order in which they start. Nothing is registered elsewhere.</summary>
internal static class Modules
{
    public static void AddServer(IServiceCollection services, ServerSettings settings)
    {
        services.AddSqliteStore(new SqliteStoreOptions { Path = Path.Combine(settings.Node.ServerDir, "db", "state.db") });
        services.AddSecurity(ModuleOptions.Security(settings));
        services.AddAdmission(ModuleOptions.Admission(settings));
        services.AddApiServer(ModuleOptions.ApiServer(settings));
        services.AddSingleton<IApiTransportFactory, InProcessTransportFactory>();
        services.AddClient();
        services.AddSingleton<ICertificateSigner, ClusterCertificateSigner>();
        services.AddSingleton(p => ModuleOptions.Controllers(settings, p.GetRequiredService<ClusterPki>()));
        services.AddControllers();
        services.AddScheduler(new SchedulerOptions());
        if (!settings.DisableAgent)
        {
            services.AddSingleton(p =>
            {
                var pki = p.GetRequiredService<ClusterPki>();
                var serving = p.GetRequiredService<ServingCertificate>();
                return new NodeServerOptions(() => serving.For(null), () => [pki.ClientCa.PublicCertificate]) { Port = Preflight.NodePort, NodeName = settings.Node.NodeName };
            });
            AddNodeModules(services, settings.Node, ensureDnsService: true);
        }

        services.AddSingleton(settings);
        services.AddSingleton<IHostedService, ReadyAnnouncement>();
    }

    public static void AddAgent(IServiceCollection services, AgentSettings settings)
    {
        services.AddClient();
        AddNodeModules(services, settings.Node, ensureDnsService: false);
    }

    private static void AddNodeModules(IServiceCollection services, NodeSettings settings, bool ensureDnsService)
    {
        services.AddDockerRuntime(new DockerRuntimeOptions { Host = settings.DockerHost });
        services.AddNetwork(ModuleOptions.Network(settings));
        services.AddDns(ModuleOptions.Dns(settings, ensureDnsService));
        services.AddSingleton<IPodNetwork, NodePodNetwork>();
        services.AddNode(ModuleOptions.Node(settings));
        services.AddNodeServer();
    }
}
