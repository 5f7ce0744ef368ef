using LiteKube.Network.Cni;
using LiteKube.Network.Filter;
using LiteKube.Network.Netlink;
using LiteKube.Network.Proxy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Network;

public static class NetworkServiceCollectionExtensions
{
    /// <summary>The node's pod network and service proxy. Register after the client and before the node, which attaches its pods to <see cref="PodNetwork"/>.</summary>
    public static IServiceCollection AddNetwork(this IServiceCollection services, NetworkOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<RuleSignal>();
        services.TryAddSingleton<IToolRunner, ToolRunner>();
        services.TryAddSingleton<IHostNamespace, OwnNamespace>();
        services.AddSingleton(s => new KernelSettings(options.StateDirectory, s.GetRequiredService<IHostNamespace>()));
        services.AddSingleton(s => new PodNetwork(
            options, s.GetRequiredService<RuleSignal>(), s.GetRequiredService<IHostNamespace>(), s.GetRequiredService<KernelSettings>(), s.GetRequiredService<ILogger<PodNetwork>>()));
        services.AddSingleton<IHostedService, NodeNetworkService>();
        services.AddSingleton<IHostedService, ServiceProxyService>();
        return services;
    }
}
