using System.Text;
using LiteKube.Store;
using LiteKube.Store.Sqlite;
using LiteKube.Store.Sqlite.Encryption;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Store.Tests.Encryption;

/// <summary>A store in a directory of its own whose values under <c>secret/</c> are encrypted.</summary>
internal sealed class EncryptedStore : IDisposable
{
    public const string Marker = "THIS-IS-SECRET";

    private readonly TemporaryDirectory _directory = new();

    public string Database => _directory.File("state.db");

    public string KeyFile => _directory.File("encryption.keys");

    public Task<IStore> OpenPlainAsync() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Database });

    public async Task<(LogStore Store, IStoreEncryption Encryption)> OpenAsync()
    {
        var log = new SqliteLog(Database, new EncryptionOptions { KeyFile = KeyFile, Prefixes = ["secret/"] }, TimeProvider.System);
        var store = new LogStore(log, new StoreOptions(), TimeProvider.System, NullLogger<LogStore>.Instance);
        try
        {
            await store.OpenAsync(CancellationToken.None);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }

        return (store, new SqliteEncryption(log));
    }

    public static async Task Put(IStore store, string key, string value) =>
        Assert.Equal(WriteOutcome.Done, (await store.WriteAsync(new StoreWrite(key, Encoding.UTF8.GetBytes(value), StoreWrite.AnyRevision), CancellationToken.None)).Outcome);

    public static async Task<string?> Get(IStore store, string key) =>
        await store.GetAsync(key, CancellationToken.None) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    /// <summary>Whether a text stands anywhere in any file of the store, its write-ahead log included.</summary>
    public bool FilesHold(string text) => FilesHold(Encoding.UTF8.GetBytes(text));

    public bool FilesHold(byte[] bytes) => Directory.EnumerateFiles(Path.GetDirectoryName(Database)!).Any(f => Bytes(f).AsSpan().IndexOf(bytes) >= 0);

    public void Dispose() => _directory.Dispose();

    private static byte[] Bytes(string file)
    {
        // Shared with the store that has it open.
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
