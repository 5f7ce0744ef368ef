using System.Text;
using LiteKube.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LiteKube.Store.Tests.Sqlite;

/// <summary>What is in the way of opening a file, and what the user is told.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory.File("state.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task OpenAsync_ParentDirectoriesAbsent_MakesThem()
    {
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = _directory.File("a/b/state.db") });
        Assert.True(File.Exists(_directory.File("a/b/state.db")));
    }

    [Fact]
    public async Task OpenAsync_NotADatabase_NamesFileAndRemedy()
    {
        await File.WriteAllTextAsync(Path, new string('x', 10_000));
        var error = await Assert.ThrowsAsync<StoreCorruptException>(() => OpenAsync());
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
        Assert.Contains(".recover", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_DamagedPage_NamesFile()
    {
        await Fill();
        await using (var file = File.OpenWrite(Path))
        {
            file.Position = 6 * 1024;
            file.Write(new byte[4 * 1024]);
        }

        var error = await Assert.ThrowsAsync<StoreCorruptException>(() => OpenAsync());
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_OneBitOfAValueFlipped_NamesTheRevision()
    {
        await Fill();
        var bytes = await File.ReadAllBytesAsync(Path);
        var at = bytes.AsSpan().IndexOf("value 77 "u8);
        bytes[at + 9] ^= 1;
        await File.WriteAllBytesAsync(Path, bytes);
        var error = await Assert.ThrowsAsync<StoreCorruptException>(() => OpenAsync());
        Assert.Contains("revision 78 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_AlreadyOpen_SaysThatItIsInUse()
    {
        await using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => OpenAsync());
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_PathThatCannotBeMade_NamesIt()
    {
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = "/proc/nowhere/state.db" }));
        Assert.Contains("/proc/nowhere", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_WriteAheadLogTornAtItsEnd_KeepsEveryWholeCommit()
    {
        // A copy taken while the store is open is what a power cut leaves; cutting its last commit in half is a torn write.
        await using var store = await OpenAsync();
        for (var i = 0; i < 20; i++)
            await Put(store, $"/k/{i}");
        var copy = _directory.File("copy.db");
        File.Copy(Path, copy);
        var log = await File.ReadAllBytesAsync(Path + "-wal");
        await File.WriteAllBytesAsync(copy + "-wal", log[..^600]);
        await using var torn = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = copy });
        var page = await torn.ListAsync(new StoreQuery("/k/"), CancellationToken.None);
        Assert.Equal((19, 19), (page.Entries.Count, torn.Revision));
    }

    [Fact]
    public async Task The_file_does_not_grow_with_the_number_of_past_writes()
    {
        await using var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path, HistoryBytes = 1 << 20, HistoryMemoryBytes = 1 << 20 });
        await WriteMany(10_000);
        var early = new FileInfo(Path).Length + new FileInfo(Path + "-wal").Length;
        await WriteMany(30_000);
        var late = new FileInfo(Path).Length + new FileInfo(Path + "-wal").Length;
        Assert.InRange(late, 0, early + (8 << 20));

        async Task WriteMany(int count)
        {
            var value = new byte[1000];
            foreach (var keys in Enumerable.Range(0, count).Chunk(100))
                await Task.WhenAll(keys.Select(i => store.WriteAsync(new StoreWrite($"/k/{i % 20}", value, StoreWrite.AnyRevision), CancellationToken.None).AsTask()));
        }
    }

    [Fact]
    public async Task AddSqliteStore_HostStartedAndStopped_OpensAndClosesIt()
    {
        for (var round = 0; round < 2; round++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddSqliteStore(new SqliteStoreOptions { Path = Path });
            using var host = builder.Build();
            await host.StartAsync();
            var store = host.Services.GetRequiredService<IStore>();
            Assert.Equal(round, store.Revision);
            await Put(store, "/a");
            await host.StopAsync();
        }
    }

    private static async Task Put(IStore store, string key) =>
        await store.WriteAsync(new StoreWrite(key, Encoding.UTF8.GetBytes("value of " + key), StoreWrite.AnyRevision), CancellationToken.None);

    private Task<IStore> OpenAsync() => SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path });

    private async Task Fill()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 200; i++)
            await store.WriteAsync(new StoreWrite($"/k/{i}", Encoding.UTF8.GetBytes($"value {i} is here"), 0), CancellationToken.None);
    }
}
