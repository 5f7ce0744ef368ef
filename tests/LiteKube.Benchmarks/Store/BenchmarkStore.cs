using LiteKube.Store;
using LiteKube.Store.Sqlite;

namespace LiteKube.Benchmarks.Store;

/// <summary>The store under test, and writes of 1 KiB to it.</summary>
internal static class BenchmarkStore
{
    public const int ValueSize = 1024;

    public static Task<IStore> OpenAsync(string directory) =>
        SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(directory, "state.db") });

    public static string Key(int i) => $"/registry/configmaps/ns-{i % 50}/name-{i}";

    public static async Task Put(IStore store, string key, Durability durability = Durability.Committed)
    {
        var value = new byte[ValueSize];
        Random.Shared.NextBytes(value);
        var result = await store.WriteAsync(new StoreWrite(key, value, StoreWrite.AnyRevision, durability), CancellationToken.None);
        if (result.Outcome != WriteOutcome.Done)
            throw new InvalidOperationException($"{key}: {result.Outcome}");
    }

    public static async Task Fill(IStore store, int count)
    {
        foreach (var keys in Enumerable.Range(0, count).Chunk(1000))
            await Task.WhenAll(keys.Select(i => Put(store, Key(i))));
    }
}
