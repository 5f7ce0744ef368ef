using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Client;

public static class ClientServiceCollectionExtensions
{
    /// <summary>
    /// The shared informers. Register after the server and before every module that uses them. The process provides <see cref="IApiTransportFactory"/>:
    /// the API server's own, or <see cref="AddHttpsTransport"/> on an agent.
    /// </summary>
    public static IServiceCollection AddClient(this IServiceCollection services, ClientOptions? options = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options ?? new ClientOptions());
        services.AddSingleton<InformerFactory>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<InformerFactory>());
        return services;
    }

    /// <summary>Reaches a server over HTTPS; every identity is the one of the credentials.</summary>
    public static IServiceCollection AddHttpsTransport(this IServiceCollection services, HttpsTransportOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<HttpsTransport>();
        services.AddSingleton<IApiTransportFactory>(s => s.GetRequiredService<HttpsTransport>());
        return services;
    }
}
