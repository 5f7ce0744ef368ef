using System.Text;
using LiteKube.Store;

namespace LiteKube.Store.Tests.Encryption;

public sealed class EncryptionTests : IDisposable
{
    private readonly EncryptedStore _files = new();

    [Fact]
    public async Task No_covered_value_is_in_the_files_and_every_other_is()
    {
        var (store, encryption) = await _files.OpenAsync();
        await EncryptedStore.Put(store, "secret/a", EncryptedStore.Marker + "1");
        await EncryptedStore.Put(store, "secret/a", EncryptedStore.Marker + "2");
        await EncryptedStore.Put(store, "plain/a", "EVERYBODY-MAY-READ");
        Assert.Equal(EncryptedStore.Marker + "2", await EncryptedStore.Get(store, "secret/a"));
        Assert.False(_files.FilesHold(EncryptedStore.Marker));
        Assert.True(_files.FilesHold("EVERYBODY-MAY-READ"));
        await store.DisposeAsync();
        Assert.False(_files.FilesHold(EncryptedStore.Marker));

        (store, encryption) = await _files.OpenAsync();
        Assert.Equal(EncryptedStore.Marker + "2", await EncryptedStore.Get(store, "secret/a"));
        Assert.Equal("EVERYBODY-MAY-READ", await EncryptedStore.Get(store, "plain/a"));
        var status = await encryption.StatusAsync(CancellationToken.None);
        Assert.Equal((2, 0, false), (Assert.Single(status.Keys).Records, status.PlainRecords, status.HasTraces));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task History_is_read_back_decrypted()
    {
        var (store, _) = await _files.OpenAsync();
        for (var i = 0; i < 3; i++)
            await EncryptedStore.Put(store, "secret/a", $"version {i}");
        await store.DisposeAsync();
        (store, _) = await _files.OpenAsync();
        using var watch = store.Watch("secret/", 0);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(watch.Events.TryRead(out var e));
            Assert.Equal($"version {i}", Encoding.UTF8.GetString(e.Entry!.Value.Span));
            Assert.Equal(i == 0 ? null : $"version {i - 1}", e.Previous is null ? null : Encoding.UTF8.GetString(e.Previous.Value.Span));
        }

        await store.DisposeAsync();
    }

    [Fact]
    public async Task The_key_file_is_readable_by_its_owner_only()
    {
        var (store, _) = await _files.OpenAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files.KeyFile));
        await store.DisposeAsync();
        File.SetUnixFileMode(_files.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (store, _) = await _files.OpenAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_files.KeyFile));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task What_was_written_before_encryption_is_read_and_leaves_no_trace()
    {
        await using (var plain = await _files.OpenPlainAsync())
        {
            for (var i = 0; i < 200; i++)
                await EncryptedStore.Put(plain, $"secret/{i % 50}", $"{EncryptedStore.Marker}-{i}");
            await EncryptedStore.Put(plain, "plain/a", "as it was");
            for (var i = 40; i < 50; i++)
                await plain.WriteAsync(new StoreWrite($"secret/{i}", null, StoreWrite.AnyRevision), CancellationToken.None);
        }

        Assert.True(_files.FilesHold(EncryptedStore.Marker));
        var (store, encryption) = await _files.OpenAsync();
        Assert.Equal(EncryptedStore.Marker + "-150", await EncryptedStore.Get(store, "secret/0"));
        Assert.Equal("as it was", await EncryptedStore.Get(store, "plain/a"));
        Assert.Equal(211, store.Revision);
        Assert.False(_files.FilesHold(EncryptedStore.Marker));
        var status = await encryption.StatusAsync(CancellationToken.None);
        Assert.Equal((0, false), (status.PlainRecords, status.HasTraces));
        await store.DisposeAsync();
        Assert.False(_files.FilesHold(EncryptedStore.Marker));
    }

    [Fact]
    public async Task A_store_without_its_key_file_is_refused_and_no_new_key_hides_that()
    {
        var (store, _) = await _files.OpenAsync();
        await EncryptedStore.Put(store, "secret/a", "v");
        await store.DisposeAsync();
        var kept = File.ReadAllBytes(_files.KeyFile);
        File.Delete(_files.KeyFile);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(_files.OpenAsync);
        Assert.Contains(_files.KeyFile, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_files.KeyFile));
        await Assert.ThrowsAsync<StoreUnavailableException>(_files.OpenPlainAsync);
        File.WriteAllBytes(_files.KeyFile, kept);
        (store, _) = await _files.OpenAsync();
        Assert.Equal("v", await EncryptedStore.Get(store, "secret/a"));
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_value_opens_only_under_the_key_and_the_revision_it_was_written_at()
    {
        var (store, _) = await _files.OpenAsync();
        await EncryptedStore.Put(store, "secret/a", "value of a");
        await EncryptedStore.Put(store, "secret/b", "value of b");
        await store.DisposeAsync();
        RecordSwap.Values(_files.Database, 1, 2);
        await Assert.ThrowsAsync<StoreCorruptException>(_files.OpenAsync);
    }

    [Theory]
    [InlineData("not a key\n")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("0000zzzz 2026-01-01T00:00:00Z AAAA\n")]
    [InlineData("00000001 2026-01-01T00:00:00Z AAAA\n")]
    public async Task A_damaged_key_file_is_named_with_its_line(string content)
    {
        File.WriteAllText(_files.KeyFile, content);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(_files.OpenAsync);
        Assert.StartsWith($"{_files.KeyFile}, line 1: ", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();
}
