using System.Text;
using LiteKube.Adapters;
using LiteKube.Admission;
using LiteKube.ApiServer;
using LiteKube.Client;
using LiteKube.Controllers;
using LiteKube.Controllers.Certificates;
using LiteKube.Controllers.ServiceAccounts;
using LiteKube.Dns;
using LiteKube.Hosting;
using LiteKube.Network;
using LiteKube.Node;
using LiteKube.Node.Network;
using LiteKube.Node.Server;
using LiteKube.Runtimes.Docker;
using LiteKube.Runtimes.Native;
using LiteKube.Scheduler;
using LiteKube.Security;
using LiteKube.Security.Agent;
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
        services.AddSingleton<IHostedService>(p => ActivatorUtilities.CreateInstance<MachineShutdown>(p, settings.Node));
        services.AddSqliteStore(ModuleOptions.Store(settings));
        services.AddSecurity(ModuleOptions.Security(settings));
        services.AddAdmission(ModuleOptions.Admission(settings));
        services.AddApiServer(ModuleOptions.ApiServer(settings));
        services.AddSingleton<IApiTransportFactory, InProcessTransportFactory>();
        services.AddClient();
        services.AddSingleton<ICsrProcedure, ClusterCsrProcedure>();
        services.AddSingleton<IServiceAccountTokenIssuer, ClusterTokenIssuer>();
        services.AddControllers(p => ModuleOptions.Controllers(settings, p.GetRequiredService<ClusterPki>()));
        services.AddScheduler();
        if (!settings.DisableAgent)
        {
            // The API server's own certificate names every address of this machine, so the node beside it needs no other.
            AddNodeModules(services, settings.Node, ensureDnsService: true, p =>
            {
                var pki = p.GetRequiredService<ClusterPki>();
                var serving = p.GetRequiredService<ServingCertificate>();
                return new NodeServerOptions(() => serving.For(null), () => [pki.ClientCa.PublicCertificate]);
            });
            services.AddSingleton<IOwnNode>(p => new OwnNode(settings.Node.NodeName, p.GetRequiredService<NodeServer>));
        }

        services.AddSingleton(settings);
        services.AddSingleton<IHostedService, ReadyAnnouncement>();
    }

    public static void AddAgent(IServiceCollection services, AgentSettings settings, AgentMembership membership)
    {
        services.AddSingleton<IHostedService>(p => ActivatorUtilities.CreateInstance<MachineShutdown>(p, settings.Node));
        services.AddSingleton(membership.Join);
        services.AddSingleton(membership.Credentials);
        services.AddHostedService<NodeCertificateRenewal>();
        services.AddHttpsTransport(new HttpsTransportOptions
        {
            Server = settings.Server,
            CertificateAuthority = Encoding.ASCII.GetBytes(membership.Credentials.ServerCaPem),
            ClientCertificate = () => membership.Credentials.Client,
            UserAgent = $"litekube/{ProductVersion.LiteKube}",
        });
        services.AddSingleton<IHostedService, AgentReconnection>();
        services.AddClient();
        AddNodeModules(services, settings.Node, ensureDnsService: false, _ => new NodeServerOptions(() => membership.Credentials.Serving, () => membership.Credentials.ClientCas));
        services.AddSingleton<IHostedService, AgentReadyNotice>();
    }

    private static void AddNodeModules(IServiceCollection services, NodeSettings settings, bool ensureDnsService, Func<IServiceProvider, NodeServerOptions> server)
    {
        if (RuntimeChoice.Of(settings).Kind == RuntimeKind.Native)
            services.AddNativeRuntime(ModuleOptions.NativeRuntime(settings));
        else
            services.AddDockerRuntime(new DockerRuntimeOptions { Host = settings.DockerHost });
        services.AddNetwork(ModuleOptions.Network(settings));
        services.AddDns(ModuleOptions.Dns(settings, ensureDnsService));
        services.AddSingleton<IPodNetwork, NodePodNetwork>();
        services.AddNode(ModuleOptions.Node(settings));
        services.AddNodeServer(p => server(p) with { Port = Preflight.NodePort, NodeName = settings.NodeName });
    }
}
