using LiteKube.Store;
using LiteKube.Store.Log;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Crash;

/// <summary>Loads a store, cuts the power of copies of its disk at random moments, and opens each copy: it must hold what was acknowledged, and nothing that was not written.</summary>
internal sealed class PowerCutRun(string directory, int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<string> _violations = [];
    private int _cuts;
    private int _torn;

    public static async Task<int> MainAsync(int cuts, int seed)
    {
        using var directory = new TemporaryDirectory();
        var run = new PowerCutRun(directory.Path, seed);
        await run.RunAsync(cuts);
        foreach (var violation in run._violations)
            Console.WriteLine(violation);
        Console.WriteLine($"{run._cuts} power cuts, seed {seed}: {run._torn} of them in the middle of a write, {run._violations.Count} violations");
        return run._violations.Count == 0 ? 0 : 1;
    }

    public int Torn => _torn;

    public async Task<IReadOnlyList<string>> RunAsync(int cuts)
    {
        var options = new EncryptionOptions { KeyFile = Path.Combine(directory, "keys"), Prefixes = ["secret/"] };
        var path = Path.Combine(directory, "state.db");
        var log = new PowerCutLog(new SqliteLog(path, options, TimeProvider.System), path, moment => Cut(moment, options, cuts));
        await using var store = new LogStore(log, new StoreOptions { HistoryBytes = 256 << 10, RelaxedFlushBytes = 8 << 10 }, TimeProvider.System, NullLogger<LogStore>.Instance);
        await store.OpenAsync(CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(() => WriteAsync(store, new Random((seed * 1000) + w), w, cuts))));
        return _violations;
    }

    private async Task WriteAsync(LogStore store, Random random, int writer, int cuts)
    {
        while (Volatile.Read(ref _cuts) < cuts)
        {
            var key = $"{(random.Next(3) == 0 ? "secret" : "plain")}/{writer}-{random.Next(12)}";
            var value = new byte[random.Next(random.Next(5) == 0 ? 20_000 : 1500)];
            random.NextBytes(value);
            await store.WriteAsync(new StoreWrite(key, random.Next(6) == 0 ? null : value, StoreWrite.AnyRevision, random.Next(4) == 0 ? Durability.Relaxed : Durability.Committed), CancellationToken.None);
        }
    }

    private void Cut(DiskMoment moment, EncryptionOptions options, int cuts)
    {
        if (_cuts >= cuts || _random.Next(3) != 0)
            return;
        _torn += ReferenceEquals(moment.OldWal, moment.NewWal) && ReferenceEquals(moment.OldDatabase, moment.NewDatabase) ? 0 : 1;
        var path = Path.Combine(directory, "cut.db");
        moment.Write(path, _random);
        try
        {
            using var log = new SqliteLog(path, options, TimeProvider.System);
            if (Judge(moment, log.Load(CancellationToken.None)) is { } wrong)
                _violations.Add($"cut {_cuts}: {wrong}");
        }
        catch (Exception e) when (e is StoreCorruptException or StoreUnavailableException)
        {
            _violations.Add($"cut {_cuts}: {e.Message}");
        }

        Interlocked.Increment(ref _cuts);
    }

    private static string? Judge(DiskMoment moment, LogContents found)
    {
        var (least, most) = (moment.Least.Count > 0 ? moment.Least[^1].Revision : 0, moment.Most.Count > 0 ? moment.Most[^1].Revision : 0);
        if (found.LastRevision != least && found.LastRevision != most)
            return $"the newest record is {found.LastRevision}, not {least}, which was acknowledged, nor {most}, which was being written";
        var expected = new SortedDictionary<string, StoreEntry>(StringComparer.Ordinal);
        foreach (var e in moment.Most.TakeWhile(e => e.Revision <= found.LastRevision))
        {
            if (e.Entry is { } entry)
                expected[e.Key] = entry;
            else
                expected.Remove(e.Key);
        }

        var entries = found.Entries.ToDictionary(e => e.Key);
        if (entries.Count != expected.Count)
            return $"{entries.Count} entries at {found.LastRevision}, not {expected.Count}";
        foreach (var (key, entry) in expected)
        {
            if (!entries.TryGetValue(key, out var there) || there.ModRevision != entry.ModRevision || there.CreateRevision != entry.CreateRevision || !there.Value.Span.SequenceEqual(entry.Value.Span))
                return $"{key} at {found.LastRevision} is not as it was written at {entry.ModRevision}";
        }

        return null;
    }
}
