using LiteKube.Controllers.Deployments;
using LiteKube.Controllers.EndpointSlices;
using LiteKube.Controllers.Nodes;
using LiteKube.Controllers.ReplicaSets;
using LiteKube.Controllers.ServiceAccounts;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Controllers;

public static class ControllersServiceCollectionExtensions
{
    /// <summary>All controllers, each a hosted service of its own. Needs <c>AddClient</c> and an <c>IApiTransportFactory</c>.</summary>
    public static IServiceCollection AddControllers(this IServiceCollection services, ControllerOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ControllerContext>();
        services.AddHostedService<NodeIpamController>();
        services.AddHostedService<ServiceAccountController>();
        services.AddHostedService<RootCaPublisher>();
        services.AddHostedService<ReplicaSetController>();
        services.AddHostedService<ReplicationControllerController>();
        services.AddHostedService<DeploymentController>();
        services.AddHostedService<EndpointSliceController>();
        services.AddHostedService<EndpointsController>();
        return services;
    }
}
