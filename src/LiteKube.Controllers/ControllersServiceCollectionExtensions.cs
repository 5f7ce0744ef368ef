using LiteKube.Controllers.Certificates;
using LiteKube.Controllers.ClusterRoles;
using LiteKube.Controllers.Deployments;
using LiteKube.Controllers.EndpointSlices;
using LiteKube.Controllers.Garbage;
using LiteKube.Controllers.Jobs;
using LiteKube.Controllers.Namespaces;
using LiteKube.Controllers.Nodes;
using LiteKube.Controllers.Protection;
using LiteKube.Controllers.ReplicaSets;
using LiteKube.Controllers.ResourceQuotas;
using LiteKube.Controllers.ServiceAccounts;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Controllers;

public static class ControllersServiceCollectionExtensions
{
    /// <summary>All controllers, each a hosted service of its own. Needs <c>AddClient</c>, an <c>IApiTransportFactory</c> and, to sign certificates, an <see cref="ICsrProcedure"/>.</summary>
    public static IServiceCollection AddControllers(this IServiceCollection services, Func<IServiceProvider, ControllerOptions> options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ControllerContext>();
        services.AddHostedService<CsrController>();
        services.AddHostedService<NodeIpamController>();
        services.AddHostedService<NodeLifecycleController>();
        services.AddHostedService<ControlPlaneRoleController>();
        services.AddHostedService<TaintEvictionController>();
        services.AddHostedService<PodGarbageController>();
        services.AddHostedService<NamespaceController>();
        services.AddHostedService<GarbageCollector>();
        services.AddHostedService<ServiceAccountController>();
        services.AddHostedService<RootCaPublisher>();
        services.AddHostedService<TokenSecretController>();
        services.AddHostedService<BootstrapSigner>();
        services.AddHostedService<BootstrapTokenCleaner>();
        services.AddHostedService<ClusterRoleAggregationController>();
        services.AddHostedService<JobTtlController>();
        services.AddHostedService<ReplicaSetController>();
        services.AddHostedService<ReplicationControllerController>();
        services.AddHostedService<DeploymentController>();
        services.AddHostedService<EndpointSliceController>();
        services.AddHostedService<EndpointsController>();
        services.AddHostedService<EndpointSliceMirroringController>();
        services.AddHostedService<ResourceQuotaController>();
        services.AddHostedService<ClaimProtectionController>();
        services.AddHostedService<VolumeProtectionController>();
        return services;
    }

    public static IServiceCollection AddControllers(this IServiceCollection services, ControllerOptions options) => services.AddControllers(_ => options);
}
