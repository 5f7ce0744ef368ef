using LiteKube.Dns.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Dns;

public static class DnsServiceCollectionExtensions
{
    /// <summary>The cluster's DNS server on this node. Register after the client.</summary>
    public static IServiceCollection AddDns(this IServiceCollection services, DnsOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IHostedService, DnsServerService>();
        services.AddSingleton<IHostedService, DnsServicePublisher>();
        return services;
    }
}
