using LiteKube.Store;
using LiteKube.Store.Sqlite;
using LiteKube.Store.Sqlite.Encryption;

namespace LiteKube.Store.Tests.Encryption;

public sealed class KeyRotationTests : IDisposable
{
    private readonly EncryptedStore _files = new();

    [Fact]
    public async Task A_new_key_replaces_the_old_one_in_every_version_without_a_new_revision()
    {
        var (store, encryption) = await _files.OpenAsync();
        for (var i = 0; i < 50; i++)
            await EncryptedStore.Put(store, $"secret/{i % 20}", $"value {i}");
        var old = Assert.Single((await encryption.StatusAsync(CancellationToken.None)).Keys);
        Assert.Equal(50, old.Records);
        var status = await encryption.RotateKeyAsync(CancellationToken.None);
        var key = Assert.Single(status.Keys);
        Assert.NotEqual(old.Id, key.Id);
        Assert.Equal(50, key.Records);
        Assert.Equal(50, store.Revision);
        Assert.DoesNotContain(old.Id, File.ReadAllText(_files.KeyFile), StringComparison.Ordinal);
        await EncryptedStore.Put(store, "secret/new", "after");
        await store.DisposeAsync();

        (store, encryption) = await _files.OpenAsync();
        for (var i = 30; i < 50; i++)
            Assert.Equal($"value {i}", await EncryptedStore.Get(store, $"secret/{i % 20}"));
        Assert.Equal("after", await EncryptedStore.Get(store, "secret/new"));
        using var watch = store.Watch("secret/", 0);
        for (var i = 0; i < 50; i++)
            Assert.True(watch.Events.TryRead(out _));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_key_changes_while_values_are_written()
    {
        var (store, encryption) = await _files.OpenAsync();
        using var done = new CancellationTokenSource();
        var begun = Enumerable.Range(0, 4).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var writers = begun.Select((first, w) => Task.Run(async () =>
        {
            var i = 0;
            for (; !done.IsCancellationRequested; i++)
            {
                await EncryptedStore.Put(store, $"secret/{w}-{i % 10}", $"{w}-{i}");
                first.TrySetResult();
            }

            return i;
        })).ToArray();
        await Task.WhenAll(begun.Select(first => first.Task)).WaitAsync(TimeSpan.FromMinutes(2));
        for (var round = 0; round < 3; round++)
            Assert.Single((await encryption.RotateKeyAsync(CancellationToken.None)).Keys);
        await done.CancelAsync();
        var counts = await Task.WhenAll(writers);
        await store.DisposeAsync();
        (store, _) = await _files.OpenAsync();
        Assert.Equal(counts.Sum(), store.Revision);
        for (var w = 0; w < 4; w++)
            Assert.Equal($"{w}-{counts[w] - 1}", await EncryptedStore.Get(store, $"secret/{w}-{(counts[w] - 1) % 10}"));
        await store.DisposeAsync();
    }

    /// <summary>What a change of the key leaves behind when the process ends after each of its steps.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public async Task A_change_cut_short_loses_nothing_and_is_completed_by_the_next_open(int resealed)
    {
        var (store, _) = await _files.OpenAsync();
        for (var i = 0; i < 30; i++)
            await EncryptedStore.Put(store, $"secret/{i}", $"value {i}");
        await store.DisposeAsync();
        var file = new KeyFile(_files.KeyFile);
        var before = file.Read()!;
        var both = before.With(EncryptionKey.Make(TimeProvider.System));
        file.Write(both);
        RecordSwap.Reseal(_files.Database, both, resealed);

        (store, var encryption) = await _files.OpenAsync();
        for (var i = 0; i < 30; i++)
            Assert.Equal($"value {i}", await EncryptedStore.Get(store, $"secret/{i}"));
        var key = Assert.Single((await encryption.StatusAsync(CancellationToken.None)).Keys);
        Assert.Equal((both.Writing.Name, 30), (key.Id, key.Records));
        Assert.Equal(both.Writing.Id, Assert.Single(file.Read()!.Keys).Id);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_half_written_key_file_is_not_the_key_file()
    {
        var (store, encryption) = await _files.OpenAsync();
        await EncryptedStore.Put(store, "secret/a", "v");
        await store.DisposeAsync();
        File.WriteAllText(_files.KeyFile + ".new", "# cut off in the midd");
        (store, encryption) = await _files.OpenAsync();
        Assert.Equal("v", await EncryptedStore.Get(store, "secret/a"));
        await encryption.RotateKeyAsync(CancellationToken.None);
        Assert.Equal("v", await EncryptedStore.Get(store, "secret/a"));
        await store.DisposeAsync();
    }

    public void Dispose() => _files.Dispose();
}
