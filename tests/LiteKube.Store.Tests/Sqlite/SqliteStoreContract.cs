using LiteKube.Store.Sqlite;
using LiteKube.Store.Tests.Contract;

namespace LiteKube.Store.Tests.Sqlite;

public sealed class SqliteStoreContract : StoreContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override Task<IStore> OpenAsync() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = _directory.File("state.db") });
}
