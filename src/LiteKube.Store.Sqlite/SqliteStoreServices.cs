using LiteKube.Store;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

public static class SqliteStoreServices
{
    /// <summary>Registers <see cref="IStore"/>, opened when the host starts and closed after every service registered later has stopped.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, SqliteStoreOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => SqliteStore.Create(
            options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LogStore>>()));
        services.AddSingleton<IStore>(provider => provider.GetRequiredService<LogStore>());
        services.AddSingleton<IHostedService, SqliteStoreService>();
        return services;
    }
}
