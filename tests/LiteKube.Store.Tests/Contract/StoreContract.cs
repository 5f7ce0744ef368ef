using System.Text;
using LiteKube.Store;

namespace LiteKube.Store.Tests.Contract;

/// <summary>What any store must do. A store derives from it and says how it is opened, and opened again over what an earlier one left.</summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    protected IStore Store { get; private set; } = null!;

    public async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    protected abstract Task<IStore> OpenAsync();

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    protected static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StoreEntry? entry) => entry is null ? "(none)" : Encoding.UTF8.GetString(entry.Value.Span);

    protected ValueTask<WriteResult> Put(string key, string value, long expected = StoreWrite.AnyRevision, Durability durability = Durability.Committed) =>
        Store.WriteAsync(new StoreWrite(key, Bytes(value), expected, durability), None);

    protected ValueTask<WriteResult> Delete(string key, long expected = StoreWrite.AnyRevision) =>
        Store.WriteAsync(new StoreWrite(key, null, expected), None);

    protected static async Task<List<StoreEvent>> Take(IStoreWatch watch, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var events = new List<StoreEvent>();
        while (events.Count < count)
            events.Add(await watch.Events.ReadAsync(limit.Token));
        return events;
    }
}
