namespace LiteKube.Store.Sqlite;

/// <summary>A result code of SQLite that is not a success. Does not leave this assembly: <see cref="SqliteLog"/> says what it means for the store.</summary>
internal sealed class SqliteException(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    /// <summary>The primary result code, the low byte of an extended one.</summary>
    public int Code { get; } = code & 0xff;
}
