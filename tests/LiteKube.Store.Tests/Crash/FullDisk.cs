using System.Runtime.InteropServices;
using System.Text;
using LiteKube.Store;
using LiteKube.Store.Sqlite;

namespace LiteKube.Store.Tests.Crash;

/// <summary>The child of the disk test: meets the real kernel's refusal to let a file grow, as a full or broken disk would, and says what the store did.</summary>
internal static partial class FullDisk
{
    private const int FileSizeLimit = 1;
    private const int FileSizeSignal = 25;

    public static async Task<int> RunAsync(string path)
    {
        signal(FileSizeSignal, IgnoreSignal);
        await using (var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }))
        {
            await Put(store, "/before", 100);
            using var watch = store.Watch("/", store.Revision);
            var revision = store.Revision;
            Limit(64 << 10);
            try
            {
                await Put(store, "/large", 1 << 20);
                Console.WriteLine("large: done");
            }
            catch (StoreUnavailableException e)
            {
                Console.WriteLine($"large: refused: {e.Message}");
            }

            var read = await store.GetAsync("/before", CancellationToken.None);
            var absent = await store.GetAsync("/large", CancellationToken.None);
            Console.WriteLine($"reads: {read?.Value.Length} {absent is null} {store.Revision == revision} {!watch.Events.TryRead(out _)}");
            Limit(ulong.MaxValue);
            Console.WriteLine($"again: {(await Put(store, "/large", 1 << 20)).Revision - revision}");
        }

        await using var reopened = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path });
        var page = await reopened.ListAsync(new StoreQuery("/"), CancellationToken.None);
        Console.WriteLine($"reopened: {string.Join(' ', page.Entries.Select(e => $"{e.Key}={e.Value.Length}"))}");
        return 0;
    }

    private static async Task<WriteResult> Put(IStore store, string key, int size) => await store.WriteAsync(
        new StoreWrite(key, Encoding.UTF8.GetBytes(new string('x', size)), StoreWrite.AnyRevision), CancellationToken.None);

    private static void Limit(ulong bytes)
    {
        var limit = new ResourceLimit { Soft = bytes, Hard = ulong.MaxValue };
        if (setrlimit(FileSizeLimit, limit) != 0)
            throw new InvalidOperationException($"setrlimit: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    private static readonly nint IgnoreSignal = 1;

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
