using SQLitePCL;

namespace LiteKube.Store.Sqlite;

/// <summary>What a result code of SQLite means for whoever runs the store: one line, the file and the remedy.</summary>
internal static class SqliteFailure
{
    public static Exception Explain(string path, SqliteException e) => e.Code switch
    {
        raw.SQLITE_FULL => new StoreUnavailableException(
            $"{path}: no space left to write ({Free(path)}); free space there. Reads go on, writes resume by themselves", e),
        raw.SQLITE_READONLY => new StoreUnavailableException(
            $"{path}: the file or its file system is read-only; make it writable (see mount and dmesg: a disk with errors is often remounted read-only)", e),
        raw.SQLITE_PERM or raw.SQLITE_AUTH => new StoreUnavailableException($"{path}: no permission; give the user of this process access to the file and its directory", e),
        raw.SQLITE_CANTOPEN => new StoreUnavailableException($"{path}: cannot be opened; check that the directory exists, is writable, and that open files are not at their limit", e),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new StoreUnavailableException($"{path}: is in use by another process; stop the other litekube or sqlite3 that has it open", e),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt(path, e.Message, e),
        raw.SQLITE_NOMEM => new StoreUnavailableException($"{path}: out of memory", e),
        _ => new StoreUnavailableException($"{path}: the disk fails ({e.Message}); check dmesg and the disk's health. Reads go on, writes resume when the disk works again", e),
    };

    public static StoreCorruptException Corrupt(string path, string what, Exception? inner = null) => new(
        $"{path}: the database is damaged ({what}). Stop litekube, keep a copy of {path} and {path}-wal, then restore a backup, or recover what is readable with: sqlite3 {path} .recover",
        inner);

    private static string Free(string path)
    {
        try
        {
            return $"{new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace >> 10} KiB free";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "free space unknown";
        }
    }
}
