using System.Globalization;
using System.Text;
using LiteKube.Store;
using LiteKube.Store.Sqlite;

namespace LiteKube.Store.Tests.Crash;

/// <summary>The child of the crash tests: writes as fast as it can and says what was acknowledged, a line a write, until it is killed.</summary>
internal static class CrashWriter
{
    public const int Writers = 8;

    public static async Task<int> RunAsync(string path)
    {
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path });
        using var output = Console.OpenStandardOutput();
        var gate = new Lock();
        Say($"open {store.Revision}");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            var random = new Random(w);
            for (var i = 0; ; i++)
            {
                var relaxed = random.Next(3) == 0;
                var key = $"/{(relaxed ? "relaxed" : "committed")}/{w}/{random.Next(20)}";
                var value = random.Next(5) == 0 ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(new string('v', random.Next(2000)) + i.ToString(CultureInfo.InvariantCulture));
                var result = await store.WriteAsync(
                    new StoreWrite(key, value, StoreWrite.AnyRevision, relaxed ? Durability.Relaxed : Durability.Committed), CancellationToken.None);
                if (result.Outcome == WriteOutcome.Done)
                    Say($"{(relaxed ? "relaxed" : "committed")} {result.Revision} {key} {(value is { } v ? v.Length : -1)}");
            }
        })));
        return 0;

        void Say(string line)
        {
            lock (gate)
            {
                output.Write(Encoding.UTF8.GetBytes(line + "\n"));
                output.Flush();
            }
        }
    }
}
