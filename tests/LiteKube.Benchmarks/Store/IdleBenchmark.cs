using LiteKube.Store;
using LiteKube.Store.Sqlite;
using LiteKube.Testing;

namespace LiteKube.Benchmarks.Store;

/// <summary>What an idle node writes: its lease every ten seconds for an hour, and what the store makes of it, on a clock that is moved by hand.</summary>
internal sealed class IdleBenchmark : IBenchmark
{
    private static readonly TimeSpan _renewal = TimeSpan.FromSeconds(10);

    public string Name => "idle";

    public async Task RunAsync(string directory, Report report)
    {
        var time = new FakeTime();
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(directory, "state.db") }, time);
        await BenchmarkStore.Fill(store, 1000);
        await Pass(store, time, TimeSpan.FromMinutes(20));
        var counter = new DiskCounter(directory);
        await Pass(store, time, TimeSpan.FromHours(1));
        report.Line("a node's lease, an hour", counter.ProcessBytes / 1048576.0, "MiB (process)");
        report.Line("  with the file system's journal, all of the disk", counter.DiskBytes / 1048576.0, "MiB (disk)");
        await store.DisposeAsync();
    }

    private static async Task Pass(IStore store, FakeTime time, TimeSpan duration)
    {
        var lease = new byte[600];
        for (var passed = TimeSpan.Zero; passed < duration; passed += _renewal)
        {
            await store.WriteAsync(new StoreWrite("/registry/leases/kube-node-lease/node", lease, StoreWrite.AnyRevision, Durability.Relaxed), CancellationToken.None);
            time.Advance(_renewal);

            // Long enough for the writer thread to have done what came due.
            await Task.Delay(20);
        }
    }
}
