using LiteKube.Store;
using LiteKube.Store.Log;

namespace LiteKube.Store.Tests.Crash;

/// <summary>
/// A log on a disk that may lose power at any moment: says at each step which bytes of its files were surely on the disk and which may have been.
/// </summary>
internal sealed class PowerCutLog(IStoreLog inner, string path, Action<DiskMoment> moment) : IStoreLog
{
    private byte[] _durableWal = [];
    private List<StoreEvent> _durable = [];

    public string Name => inner.Name;

    /// <summary>Every event that was ever appended durably.</summary>
    public IReadOnlyList<StoreEvent> Durable => _durable;

    public LogContents Load(CancellationToken cancellationToken)
    {
        var contents = inner.Load(cancellationToken);
        _durableWal = Read(path + "-wal");
        return contents;
    }

    public void Append(IReadOnlyList<StoreEvent> events, in LogHeader header)
    {
        inner.Append(events, header);
        var (wal, database) = (Read(path + "-wal"), Read(path));
        // Until the sync returned nobody was answered, and of what the transaction wrote any part may be missing.
        moment(new DiskMoment(database, database, AtRestart(_durableWal, wal), wal, _durable, [.. _durable, .. events]));
        _durable = [.. _durable, .. events];
        _durableWal = wal;
        moment(new DiskMoment(database, database, wal, wal, _durable, _durable));
    }

    public IReadOnlyList<StoreEvent> Read(string prefix, long after, long through, int limit) => inner.Read(prefix, after, through, limit);

    public bool Sweep(in LogHeader header, int limit) => inner.Sweep(header, limit);

    public void Tidy(bool idle)
    {
        var before = Read(path);
        var wal = Read(path + "-wal");
        inner.Tidy(idle);
        var after = Read(path);
        // A checkpoint syncs the write-ahead log, then writes pages in any order, then syncs the database file.
        if (!before.AsSpan().SequenceEqual(after))
            moment(new DiskMoment(before, after, wal, wal, _durable, _durable));
    }

    public void Dispose() => inner.Dispose();

    /// <summary>When the log starts over, SQLite syncs its new head before it writes anything after it.</summary>
    private static byte[] AtRestart(byte[] durable, byte[] now)
    {
        const int head = 32;
        if (durable.Length < head || now.Length < head || durable.AsSpan(0, head).SequenceEqual(now.AsSpan(0, head)))
            return durable;
        var restarted = (byte[])durable.Clone();
        now.AsSpan(0, head).CopyTo(restarted);
        return restarted;
    }

    private static byte[] Read(string file)
    {
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
