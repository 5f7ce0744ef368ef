using System.Security.Cryptography;
using System.Text;
using LiteKube.Store.Log;
using LiteKube.Store.Sqlite.Encryption;

namespace LiteKube.Store.Sqlite;

/// <summary>All SQL of the store. Callers see to it that one thread is here at a time.</summary>
internal sealed class LogSchema : IDisposable
{
    private const int ApplicationId = 0x4c4b5354;

    /// <summary>A write-ahead log that keeps its size is overwritten in place, which spares the file system's journal.</summary>
    private const int WalKeptBytes = 16 << 20;

    private readonly string _path;
    private readonly SqliteConnection _db;
    private readonly ValueCipher? _cipher;
    private readonly List<long> _obsolete = [];
    private readonly SqliteStatement _begin, _commit, _rollback, _insert, _writeHeader, _readAfter, _readOne, _readLinks, _delete, _deleteAfter;
    private readonly SealedRecords? _sealed;

    /// <param name="cipher">Null: values are stored as they come, and a file that holds encrypted ones is refused.</param>
    public LogSchema(string path, ValueCipher? cipher)
    {
        _path = path;
        _cipher = cipher;
        _db = new SqliteConnection(path);
        try
        {
            Prepare();
            _begin = _db.Prepare("BEGIN IMMEDIATE");
            _commit = _db.Prepare("COMMIT");
            _rollback = _db.Prepare("ROLLBACK");
            _insert = _db.Prepare("INSERT INTO log (revision, previous, created, checksum, key, value) VALUES (?, ?, ?, ?, ?, ?)");
            _writeHeader = _db.Prepare("REPLACE INTO header (id, compacted, reserved, lost_after, lost_through, swept) VALUES (0, ?, ?, ?, ?, ?)");
            _readAfter = _db.Prepare("SELECT revision, previous, created, checksum, key, value FROM log WHERE revision > ? AND revision <= ? ORDER BY revision");
            _readOne = _db.Prepare("SELECT revision, previous, created, checksum, key, value FROM log WHERE revision = ?");
            _readLinks = _db.Prepare("SELECT revision, previous, created FROM log WHERE revision > ? AND revision <= ? ORDER BY revision LIMIT ?");
            _delete = _db.Prepare("DELETE FROM log WHERE revision = ?");
            _deleteAfter = _db.Prepare("DELETE FROM log WHERE revision > ?");
            _sealed = cipher is null ? null : new SealedRecords(_db, cipher, (key, revision, value) => Unseal(cipher, key, revision, value));
        }
        catch
        {
            _db.Dispose();
            throw;
        }
    }

    public SealedRecords Sealed => _sealed ?? throw new InvalidOperationException($"{_path}: nothing in this store is encrypted");

    public int WalPages => _db.WalPages;

    public LogFormat Format
    {
        get => (LogFormat)_db.Query("PRAGMA user_version");
        set => _db.Execute($"PRAGMA user_version = {(long)value}");
    }

    /// <summary>All of it or nothing. Not durable before the write-ahead log is synced.</summary>
    public void Transact(Action work)
    {
        _begin.Run();
        try
        {
            work();
            _commit.Run();
        }
        catch
        {
            // SQLite rolls back by itself on some errors; then this reports that there is nothing to roll back.
            try
            {
                _rollback.Run();
            }
            catch (SqliteException)
            {
                _rollback.Reset();
            }

            throw;
        }
    }

    public void Checkpoint(bool truncate) => _db.Checkpoint(truncate);

    /// <summary>Writes the file anew, so that nothing is in it but what is in use.</summary>
    public void Rebuild()
    {
        _db.Execute("VACUUM");
        Checkpoint(truncate: true);
    }

    public (LogHeader Header, long Swept) ReadHeader()
    {
        var row = _db.Prepare("SELECT compacted, reserved, lost_after, lost_through, swept FROM header WHERE id = 0");
        try
        {
            return row.Step()
                ? (new LogHeader(row.Integer(0), row.Integer(1), row.Integer(2), row.Integer(3)), row.Integer(4))
                : throw SqliteFailure.Corrupt(_path, "its header row is missing");
        }
        finally
        {
            row.Reset();
        }
    }

    public void WriteHeader(in LogHeader header, long swept) => _writeHeader
        .Bind(1, header.Compacted).Bind(2, header.Reserved).Bind(3, header.LostAfter).Bind(4, header.LostThrough).Bind(5, swept).Run();

    public long LastRevision() => _db.Query("SELECT coalesce(max(revision), 0) FROM log");

    public void Insert(StoreEvent e)
    {
        Span<byte> buffer = stackalloc byte[512];
        var size = Encoding.UTF8.GetByteCount(e.Key);
        var key = size <= buffer.Length ? buffer[..size] : new byte[size];
        Encoding.UTF8.GetBytes(e.Key, key);
        var value = e.Entry is not { } entry ? default
            : _cipher?.Covers(key) == true ? _cipher.Seal(key, e.Revision, entry.Value.Span)
            : entry.Value.Span;
        var (previous, created) = (e.Previous?.ModRevision ?? 0, e.Entry?.CreateRevision ?? 0);
        _insert.Bind(1, e.Revision).Bind(2, previous).Bind(3, created)
            .Bind(4, RecordChecksum.Of(e.Revision, previous, created, key, value)).BindText(5, key);
        if (e.Entry is null)
            _insert.BindNull(6);
        else
            _insert.Bind(6, value);
        _insert.Run();
    }

    public void DeleteAfter(long revision) => _deleteAfter.Bind(1, revision).Run();

    /// <summary>The newest version of every key that has not been deleted. Reads no value that it does not return.</summary>
    public List<StoreEntry> ReadEntries(CancellationToken cancellationToken)
    {
        var entries = new List<StoreEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var row = _db.Prepare("SELECT revision, previous, created, checksum, key, value FROM log ORDER BY revision DESC");
        try
        {
            while (row.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (seen.Add(Encoding.UTF8.GetString(row.Bytes(4))) && ReadEntry(row) is { } entry)
                    entries.Add(entry);
            }
        }
        finally
        {
            row.Reset();
        }

        return entries;
    }

    public List<StoreEvent> ReadEvents(string prefix, long after, long through, int limit)
    {
        var events = new List<StoreEvent>();
        var key = Encoding.UTF8.GetBytes(prefix);
        _readAfter.Bind(1, after).Bind(2, through);
        try
        {
            while (events.Count < limit && _readAfter.Step())
            {
                if (_readAfter.Bytes(4).StartsWith(key))
                    events.Add(new StoreEvent(_readAfter.Integer(0), ReadEntry(_readAfter), ReadPrevious(_readAfter.Integer(1))));
            }
        }
        finally
        {
            _readAfter.Reset();
        }

        return events;
    }

    /// <summary>Looks at so many records after a revision and removes what they replaced, and themselves when they are deletes.</summary>
    /// <returns>The revision looked at last, or <paramref name="through"/> when there are no more.</returns>
    public long Sweep(long after, long through, int limit)
    {
        var looked = 0;
        var last = after;
        _obsolete.Clear();
        _readLinks.Bind(1, after).Bind(2, through).Bind(3, limit);
        try
        {
            for (; _readLinks.Step(); looked++)
            {
                last = _readLinks.Integer(0);
                if (_readLinks.Integer(1) is > 0 and var previous)
                    _obsolete.Add(previous);
                if (_readLinks.Integer(2) == 0)
                    _obsolete.Add(last);
            }
        }
        finally
        {
            _readLinks.Reset();
        }

        // In order, so that neighbours on one page go together.
        _obsolete.Sort();
        foreach (var revision in _obsolete)
            _delete.Bind(1, revision).Run();
        return looked < limit ? through : last;
    }

    public void Dispose() => _db.Dispose();

    private StoreEntry? ReadPrevious(long revision)
    {
        if (revision == 0)
            return null;
        try
        {
            return _readOne.Bind(1, revision).Step() ? ReadEntry(_readOne) : null;
        }
        finally
        {
            _readOne.Reset();
        }
    }

    /// <summary>The entry in a row; null when the row is a delete.</summary>
    private StoreEntry? ReadEntry(SqliteStatement row)
    {
        var (revision, previous, created) = (row.Integer(0), row.Integer(1), row.Integer(2));
        var key = row.Bytes(4);
        var value = created == 0 ? default : row.Bytes(5);
        if (RecordChecksum.Of(revision, previous, created, key, value) != row.Integer(3))
            throw SqliteFailure.Corrupt(_path, $"the record of revision {revision} does not match its checksum");
        if (created == 0)
            return null;
        var plain = _cipher?.Covers(key) == true ? Unseal(_cipher, key, revision, value) : value.ToArray();
        return new StoreEntry(Encoding.UTF8.GetString(key), plain, created, revision);
    }

    private byte[] Unseal(ValueCipher cipher, ReadOnlySpan<byte> key, long revision, ReadOnlySpan<byte> value)
    {
        try
        {
            return cipher.Open(key, revision, value);
        }
        catch (CryptographicException e)
        {
            throw SqliteFailure.Corrupt(_path, $"the encrypted record of revision {revision} was changed, or its key was", e);
        }
    }

    private void Prepare()
    {
        // Exclusive: no other process can change what this one holds in memory, and no shared-memory file is needed.
        _db.Execute("PRAGMA locking_mode = EXCLUSIVE");
        // Small pages: a commit appends every page that it touched to the write-ahead log, whole.
        _db.Execute("PRAGMA page_size = 1024");
        _db.Execute("PRAGMA journal_mode = WAL");
        _db.Execute("PRAGMA synchronous = NORMAL");
        _db.Execute("PRAGMA wal_autocheckpoint = 0");
        _db.Execute($"PRAGMA journal_size_limit = {WalKeptBytes}");
        _db.Execute("PRAGMA cache_size = -1024");
        _db.Execute("PRAGMA cell_size_check = ON");

        if (_db.Query("PRAGMA application_id") == 0 && _db.Query("SELECT count(*) FROM sqlite_schema") == 0)
            Create();
        if (_db.Query("PRAGMA application_id") != ApplicationId)
            throw new StoreUnavailableException($"{_path}: is a database of another program; name another file for the store");
        var format = Format;
        if (format > LogFormat.Sealed)
            throw new StoreUnavailableException($"{_path}: was written by a newer litekube (format {(long)format}, known is {(long)LogFormat.Sealed}); run that version or a newer one");
        if (format > LogFormat.Plain && _cipher is null)
            throw new StoreUnavailableException($"{_path}: holds encrypted values; it can be opened with its key file only");
    }

    private void Create()
    {
        _db.Execute("BEGIN IMMEDIATE");
        _db.Execute("CREATE TABLE log (revision INTEGER PRIMARY KEY, previous INTEGER NOT NULL, created INTEGER NOT NULL, checksum INTEGER NOT NULL, key TEXT NOT NULL, value BLOB)");
        _db.Execute("CREATE TABLE header (id INTEGER PRIMARY KEY, compacted INTEGER NOT NULL, reserved INTEGER NOT NULL, lost_after INTEGER NOT NULL, lost_through INTEGER NOT NULL, swept INTEGER NOT NULL)");
        _db.Execute("INSERT INTO header VALUES (0, 0, 0, 0, 0, 0)");
        _db.Execute($"PRAGMA application_id = {ApplicationId}");
        Format = _cipher is null ? LogFormat.Plain : LogFormat.Sealed;
        _db.Execute("COMMIT");
    }
}
