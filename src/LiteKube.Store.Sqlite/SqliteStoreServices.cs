using LiteKube.Store;
using LiteKube.Store.Sqlite;
using LiteKube.Store.Sqlite.Encryption;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

public static class SqliteStoreServices
{
    /// <summary>Registers <see cref="IStore"/> and, where something is encrypted, <see cref="IStoreEncryption"/>. The store is opened when the host starts and closed after every service registered later has stopped.</summary>
    public static IServiceCollection AddSqliteStore(this IServiceCollection services, SqliteStoreOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SqliteLog(options.Path, options.Encryption, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LogStore(
            provider.GetRequiredService<SqliteLog>(), options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LogStore>>()));
        if (options.Encryption is not null)
            services.AddSingleton<IStoreEncryption, SqliteEncryption>();
        services.AddSingleton<IStore>(provider => provider.GetRequiredService<LogStore>());
        services.AddSingleton<IHostedService, SqliteStoreService>();
        return services;
    }
}
