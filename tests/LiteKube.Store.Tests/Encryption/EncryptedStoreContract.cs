using LiteKube.Store.Sqlite;
using LiteKube.Store.Tests.Contract;

namespace LiteKube.Store.Tests.Encryption;

/// <summary>What is encrypted keeps every promise of a store.</summary>
public sealed class EncryptedStoreContract : StoreContract, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override Task<IStore> OpenAsync() => SqliteStore.OpenAsync(new SqliteStoreOptions
    {
        Path = _directory.File("state.db"),
        Encryption = new EncryptionOptions { KeyFile = _directory.File("encryption.keys"), Prefixes = ["/"] },
    });
}
