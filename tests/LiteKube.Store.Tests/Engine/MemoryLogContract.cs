using LiteKube.Store;
using LiteKube.Store.Tests.Contract;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Engine;

/// <summary>The engine alone, with next to no memory for past events, so that history comes from the log nearly always.</summary>
public sealed class MemoryLogContract : StoreContract
{
    private readonly MemoryLog _log = new();

    protected override async Task<IStore> OpenAsync()
    {
        var store = new LogStore(_log, new StoreOptions { HistoryMemoryBytes = 1, WatchBuffer = 2 }, TimeProvider.System, NullLogger<LogStore>.Instance);
        await store.OpenAsync(None);
        return store;
    }
}
