using SQLitePCL;

namespace LiteKube.Store.Sqlite;

/// <summary>The thinnest of layers over the C API of SQLite. No thread safety of its own.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _db;
    private readonly List<SqliteStatement> _statements = [];
    private int _checkpointed;

    static SqliteConnection() => Batteries_V2.Init();

    public SqliteConnection(string path)
    {
        var code = raw.sqlite3_open_v2(
            path, out _db, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_PRIVATECACHE, null);
        try
        {
            Check(code);
            raw.sqlite3_extended_result_codes(_db, 1);

            // SQLite opens a file that it may not write read-only, and would fail later with an obscure error of locking.
            if (raw.sqlite3_db_readonly(_db, "main") == 1)
                throw new SqliteException(raw.SQLITE_READONLY, "opened read-only");
        }
        catch
        {
            _db.Dispose();
            throw;
        }
    }

    /// <summary>Pages written to the write-ahead log since it was last checkpointed.</summary>
    public int WalPages => PagesWritten() - _checkpointed;

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var statement));
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(_db, sql));

    public long Query(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_db, sql, out var statement));
        var query = new SqliteStatement(this, statement);
        try
        {
            return query.Step() ? query.Integer(0) : throw new InvalidOperationException($"no row: {sql}");
        }
        finally
        {
            query.Close();
        }
    }

    /// <summary>Copies what it can of the write-ahead log to the database file, so that the log starts over.</summary>
    public void Checkpoint(bool truncate)
    {
        Check(raw.sqlite3_wal_checkpoint_v2(
            _db, "main", truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));
        _checkpointed = PagesWritten();
    }

    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
            return;
        throw new SqliteException(code, raw.sqlite3_errmsg(_db).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Close();
        _db.Dispose();
    }

    private int PagesWritten()
    {
        Check(raw.sqlite3_db_status(_db, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, 0));
        return written;
    }
}
