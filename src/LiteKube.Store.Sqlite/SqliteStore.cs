using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Sqlite;

/// <summary>Revisioned bytes in one SQLite file.</summary>
public static class SqliteStore
{
    /// <exception cref="StoreCorruptException">What is on disk cannot be trusted.</exception>
    /// <exception cref="StoreUnavailableException">The disk or file cannot be used.</exception>
    public static async Task<IStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider? time = null, ILogger<LogStore>? logger = null, CancellationToken cancellationToken = default)
    {
        var store = Create(options, time ?? TimeProvider.System, logger ?? NullLogger<LogStore>.Instance);
        try
        {
            await store.OpenAsync(cancellationToken).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal static LogStore Create(SqliteStoreOptions options, TimeProvider time, ILogger<LogStore> logger) =>
        new(new SqliteLog(options.Path, options.Encryption, time), options, time, logger);
}
