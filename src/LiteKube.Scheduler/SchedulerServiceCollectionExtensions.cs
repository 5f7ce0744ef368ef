using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Scheduler;

public static class SchedulerServiceCollectionExtensions
{
    /// <summary>Binds pods to nodes. Needs <c>AddClient</c> and an <c>IApiTransportFactory</c>.</summary>
    public static IServiceCollection AddScheduler(this IServiceCollection services, SchedulerOptions? options = null)
    {
        services.AddSingleton(options ?? new SchedulerOptions());
        services.AddHostedService<SchedulerService>();
        return services;
    }
}
