using LiteKube.Node.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Server;

public static class NodeServerServices
{
    /// <summary>The node's HTTPS API as a hosted service. Needs an <see cref="IPodDirectory"/> and an <see cref="IContainerRuntime"/>.</summary>
    public static IServiceCollection AddNodeServer(this IServiceCollection services, Func<IServiceProvider, NodeServerOptions> options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new NodeServer(
            options(provider),
            provider.GetRequiredService<IPodDirectory>(),
            provider.GetRequiredService<IContainerRuntime>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<NodeServer>());
    }
}
