using Microsoft.Extensions.Hosting;

namespace LiteKube.Store.Sqlite;

internal sealed class SqliteStoreService(LogStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => store.DisposeAsync().AsTask();
}
