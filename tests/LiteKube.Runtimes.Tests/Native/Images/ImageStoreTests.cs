using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Storing;

namespace LiteKube.Runtimes.Tests.Native.Images;

public sealed class ImageStoreTests : IDisposable
{
    private static readonly byte[] s_config = Encoding.UTF8.GetBytes("""{"architecture":"amd64","os":"linux","config":{"User":"10:20","Env":["A=b"],"Entrypoint":["/x"],"Volumes":{"/data":{}},"WorkingDir":"/w"},"rootfs":{"type":"layers","diff_ids":[]}}""");
    private static readonly ImageRecord s_image = new(Digests.Of(s_config), null, [], s_config.Length);

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_image_is_found_by_id_and_by_every_form_of_its_name()
    {
        var store = _directory.Open();
        store.Catalog.Commit(s_image, s_config, ["docker.io/library/x:latest"], pinned: false);

        foreach (var name in new[] { s_image.Id, "x", "x:latest", "docker.io/library/x", "index.docker.io/x:latest" })
        {
            var snapshot = await store.OpenAsync(name, default);
            Assert.Equal((s_image.Id, "10:20", "/w"), (snapshot.Id, snapshot.Config.User, snapshot.Config.WorkingDirectory));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_present()
    {
        var store = _directory.Open();

        Assert.Equal(RuntimeError.ImageNotPresent, (await Assert.ThrowsAsync<RuntimeException>(async () => await store.OpenAsync("x:1", default))).Error);
        Assert.Equal(RuntimeError.ImageNotPresent, Assert.Throws<RuntimeException>(() => store.Hold(s_image.Id)).Error);
        Assert.Equal(RuntimeError.InvalidImageName, (await Assert.ThrowsAsync<RuntimeException>(async () => await store.OpenAsync("X X", default))).Error);
    }

    [Fact]
    public async Task A_held_image_is_not_removed_not_even_through_another_store_on_the_same_directory()
    {
        var store = _directory.Open();
        store.Catalog.Commit(s_image, s_config, ["docker.io/library/x:latest"], pinned: false);
        var hold = store.Hold(s_image.Id);
        var second = store.Hold(s_image.Id);

        var other = new NativeImages(_directory.Open());
        await Assert.ThrowsAsync<RuntimeException>(async () => await other.RemoveAsync(s_image.Id, default));
        hold.Dispose();
        await Assert.ThrowsAsync<RuntimeException>(async () => await other.RemoveAsync(s_image.Id, default));
        second.Dispose();
        await other.RemoveAsync(s_image.Id, default);

        Assert.Empty(await other.ListAsync(default));
        Assert.Null(store.Find("x"));
    }
}
