using LiteKube.Store.Log;
using LiteKube.Store.Sqlite.Encryption;

namespace LiteKube.Store.Sqlite;

/// <summary>
/// The log in one SQLite table, a row per write, in order of revision and without any index. SQLite itself syncs only around checkpoints;
/// <see cref="Append"/> syncs the write-ahead log after each commit, with <see cref="DiskSync"/>, before it returns.
/// </summary>
internal sealed partial class SqliteLog(string path, EncryptionOptions? encryption, TimeProvider time) : IStoreLog
{
    /// <summary>Pages of the write-ahead log above which it is checkpointed when no writer waits, and when one does.</summary>
    private const int CheckpointIdle = 1024;
    private const int CheckpointBusy = 8192;

    /// <summary>Held over all of what writes, from its first change to its sync. Taken before the other.</summary>
    private readonly Lock _writing = new();

    /// <summary>Guards the connection.</summary>
    private readonly Lock _lock = new();
    private LogSchema? _db;
    private DiskSync? _sync;
    private LogHeader _header;
    private long _swept;
    private long _last;
    private bool _suspect;

    public string Name => path;

    public LogContents Load(CancellationToken cancellationToken) => Try(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var (cipher, isNew) = OpenCipher();
        _db = new LogSchema(path, cipher);
        _sync = new DiskSync(path + "-wal");

        // A killed process may have left commits that it did not come to sync. They are about to be shown, so they must not get lost later.
        _sync.Sync();
        (_header, _swept) = _db.ReadHeader();
        var entries = _db.ReadEntries(cancellationToken);
        _last = _db.LastRevision();
        CompleteEncryption(_db, isNew, cancellationToken);
        return new LogContents(_header, _last, entries);
    });

    public void Append(IReadOnlyList<StoreEvent> events, in LogHeader header)
    {
        if (events.Count == 0 && header == _header)
            return;
        var replaces = events.Count > 0 && header with { Compacted = _header.Compacted } == _header ? _header : header;
        Try(() =>
        {
            lock (_writing)
            {
                var db = Database();
                lock (_lock)
                {
                    Settle(db);
                    _suspect = true;
                    db.Transact(() =>
                    {
                        foreach (var e in events)
                            db.Insert(e);
                        if (replaces != _header)
                            db.WriteHeader(replaces, _swept);
                    });
                }

                _sync!.Sync();
                _header = replaces;
                _last = events.Count > 0 ? events[^1].Revision : _last;
                _suspect = false;
                return true;
            }
        });
    }

    public IReadOnlyList<StoreEvent> Read(string prefix, long after, long through, int limit) => Try(() =>
    {
        lock (_lock)
            return Database().ReadEvents(prefix, after, through, limit);
    });

    public bool Sweep(in LogHeader header, int limit)
    {
        var replaces = header;
        return Try(() =>
        {
            var db = Database();
            lock (_writing)
            lock (_lock)
            {
                Settle(db);
                var through = Math.Min(replaces.Compacted, _last - 1);
                if (_swept >= through)
                    return false;
                var swept = _swept;
                db.Transact(() =>
                {
                    swept = db.Sweep(_swept, through, limit);
                    db.WriteHeader(replaces, swept);
                });
                (_header, _swept) = (replaces, swept);
                return swept < through;
            }
        });
    }

    public void Tidy(bool idle)
    {
        var db = Database();
        if (db.WalPages > (idle ? CheckpointIdle : CheckpointBusy))
            Try(() => Checkpoint(db));
    }

    public void Dispose()
    {
        lock (_writing)
        lock (_lock)
        {
            if (_db is null)
                return;
            try
            {
                Settle(_db);
            }
            catch (SqliteException)
            {
                // The disk still fails. Whoever made the refused writes has been told that they may or may not be there.
            }

            _sync?.Dispose();
            _db.Dispose();
            _db = null;
        }
    }

    private LogSchema Database() => _db ?? throw new ObjectDisposedException(path);

    private bool Checkpoint(LogSchema db)
    {
        lock (_lock)
            db.Checkpoint(truncate: false);
        return true;
    }

    /// <summary>
    /// After a failed append nobody knows what of it reached the disk: a page that could not be synced may count as clean. So everything is
    /// written anew to the database file and records that were refused are removed, before the next write is accepted.
    /// </summary>
    private void Settle(LogSchema db)
    {
        if (!_suspect)
            return;
        db.Checkpoint(truncate: true);
        db.Transact(() =>
        {
            db.DeleteAfter(_last);
            db.WriteHeader(_header, _swept);
        });
        _suspect = false;
    }

    private T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"{path}: {e.Message}; check the directory's permissions and the disk (dmesg)", e);
        }
    }
}
