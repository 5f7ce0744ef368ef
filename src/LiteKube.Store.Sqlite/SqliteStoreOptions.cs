namespace LiteKube.Store.Sqlite;

public sealed record SqliteStoreOptions : StoreOptions
{
    /// <summary>The database file; its directory is made when absent. Beside it SQLite keeps a <c>-wal</c> file.</summary>
    public required string Path { get; init; }

    /// <summary>Null: nothing is encrypted.</summary>
    public EncryptionOptions? Encryption { get; init; }
}
