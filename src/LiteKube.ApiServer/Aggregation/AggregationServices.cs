using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>Group versions that other servers serve behind this one's address.</summary>
internal static class AggregationServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<RemoteApis>();
        services.AddSingleton<RemoteConnections>();
        services.AddSingleton<RemoteDiscovery>();
        services.AddSingleton<RemoteOpenApi>();
        services.AddSingleton<RemoteProxy>();
        services.AddSingleton<MergedDiscovery>();
        services.AddSingleton<Availability>();
        services.AddSingleton<ApiServiceWriter>();
        services.AddSingleton<LocalApiServices>();
        services.AddSingleton<IHostedService, AggregationKeeper>();
    }
}
