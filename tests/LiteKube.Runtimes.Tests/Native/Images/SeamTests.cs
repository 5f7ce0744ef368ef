using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Archives;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>What one layer says of another's files, seen as containers see it.</summary>
public sealed class SeamTests : IDisposable
{
    private const string Capability = "\u0001\0\0\u0002\0\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private readonly StoreDirectory _directory = new();
    private readonly ImageStore _store;
    private int _images;

    public SeamTests() => _store = _directory.Open();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_directory_that_a_layer_only_has_files_in_looks_as_the_layer_below_says()
    {
        var above = new TarBuilder().File("tmp/x", "1").File("home/app/y", "2").File("new/z", "3").Build();
        using var one = await MountAsync(new TarBuilder { Owner = 5 }.Directory("tmp", 0b001_111_111_111).Pax(("uid", "1000"), ("gid", "2000"), ("SCHILY.xattr.user.note", "kept")).Directory("home/app", 0b111_000_000).Build(), above);
        using var other = await MountAsync(new TarBuilder().Directory("tmp", 0b101_000_000).Build(), above);

        Assert.Equal("1777 5 0 directory", one.Stat("tmp"));
        Assert.Equal("700 1000 2000 directory", one.Stat("home/app"));
        Assert.Equal("b'kept'", MountedImage.Run("python3", "-c", $"import os; print(os.getxattr('{one.In("home/app")}','user.note'))"));
        Assert.Equal("755 0 0 directory", one.Stat("new"));
        Assert.Equal(("1", "2", "3"), (one.Read("tmp/x"), one.Read("home/app/y"), one.Read("new/z")));

        // The layer itself is the same, and there once.
        Assert.Equal("500 0 0 directory", other.Stat("tmp"));
        Assert.Equal("1", other.Read("tmp/x"));
        Assert.Equal(3, Directory.EnumerateDirectories(Path.Combine(_store.Options.Root, "layers")).Count());
    }

    [Fact]
    public async Task Where_the_layers_agree_nothing_is_put_above_them()
    {
        var id = await ImportAsync(new TarBuilder().Directory("usr").Directory("usr/bin").Build(), new TarBuilder().File("usr/bin/x", "1").Build());

        Assert.Equal(2, (await _store.OpenAsync(id, default)).LayerDirectories.Count);
    }

    [Fact]
    public async Task A_directory_that_was_removed_in_between_is_described_by_nobody()
    {
        var below = new TarBuilder().Directory("a", 0b111_000_000).Directory("b", 0b111_000_000).Directory("b/c", 0b111_000_000).Directory("d", 0b111_000_000).File("d/old", "").Build();
        using var image = await MountAsync(below, new TarBuilder().File(".wh.a", "").File("b/.wh..wh..opq", "").File("d", "a file").Build(), new TarBuilder().File("a/x", "1").File("b/c/x", "2").File("d/x", "3").Build());

        Assert.Equal("755 0 0 directory", image.Stat("a"));
        Assert.Equal("700 0 0 directory", image.Stat("b"));
        Assert.Equal("755 0 0 directory", image.Stat("b/c"));
        Assert.Equal("755 0 0 directory", image.Stat("d"));
        Assert.False(File.Exists(image.In("d/old")));
    }

    [Fact]
    public async Task A_hard_link_to_a_file_of_a_layer_below_is_that_file()
    {
        using var image = await MountAsync(
            new TarBuilder { Owner = 7 }.Directory("bin", 0b111_101_000).Pax(("SCHILY.xattr.security.capability", Capability)).File("bin/su", "program", 0b100_111_101_101).Symlink("s", "bin").Build(),
            new TarBuilder().File("between", "").Build(),
            new TarBuilder().HardLink("su2", "bin/su").HardLink("deep/down/su3", "/su2").File("bin/other", "").HardLink("s2", "s").Build(),
            new TarBuilder().HardLink("su4", "deep/down/su3").Build());

        foreach (var name in (string[])["su2", "deep/down/su3", "su4"])
        {
            Assert.Equal("program", image.Read(name));
            Assert.StartsWith("4755 7 0 regular", image.Stat(name), StringComparison.Ordinal);
            Assert.Equal(MountedImage.Run("stat", "-c", "%i", image.In("bin/su")), MountedImage.Run("stat", "-c", "%i", image.In(name)));
            Assert.Equal("01000002", MountedImage.Run("python3", "-c", $"import os; print(os.getxattr('{image.In(name)}','security.capability').hex()[:8])"));
        }

        Assert.Equal("750 7 0 directory", image.Stat("bin"));
        Assert.Equal("bin", new FileInfo(image.In("s2")).LinkTarget);
    }

    [Fact]
    public async Task A_link_between_layers_gives_way_to_what_comes_later()
    {
        using var image = await MountAsync(
            new TarBuilder().File("a", "lower").Build(),
            new TarBuilder().HardLink("removed", "a").HardLink("replaced", "a").HardLink("d/hidden", "a").HardLink("again", "a").HardLink("stays", "a").File("again", "same layer").Build(),
            new TarBuilder().File(".wh.removed", "").File("replaced", "upper").File("d/.wh..wh..opq", "").File("a", "changed").Build());

        Assert.False(File.Exists(image.In("removed")));
        Assert.Equal("upper", image.Read("replaced"));
        Assert.False(File.Exists(image.In("d/hidden")));
        Assert.Equal("same layer", image.Read("again"));
        Assert.Equal(("lower", "changed"), (image.Read("stays"), image.Read("a")));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("removed")]
    [InlineData("/etc/passwd")]
    [InlineData("above")]
    public async Task A_link_to_what_no_layer_below_has_is_refused(string target)
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(() => ImportAsync(
            new TarBuilder().File("removed", "1").Build(), new TarBuilder().File(".wh.removed", "").Build(), new TarBuilder().HardLink("link", target).Build(), new TarBuilder().File("above", "1").Build()));

        Assert.Contains($"its entry \"link\" is a hard link to \"{target.TrimStart('/')}\", which is neither in the layer before it nor in one below", error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Catalog.Images());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "seams")));
    }

    [Fact]
    public async Task A_link_to_a_directory_of_a_layer_below_is_refused()
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(() => ImportAsync(new TarBuilder().Directory("d").Build(), new TarBuilder().HardLink("link", "d").Build()));

        Assert.Contains("is a hard link to a directory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_become_directories_and_directories_files_from_layer_to_layer()
    {
        using var image = await MountAsync(
            new TarBuilder().File("x", "1").Directory("y").File("y/z", "1").Symlink("l", "y").Device('3', "dev", 1, 3).Build(),
            new TarBuilder().Directory("x").File("x/in", "2").File("y", "2").Directory("l").File("l/in", "2").File("dev", "2").Build());

        Assert.Equal(("2", "2", "2", "2"), (image.Read("x/in"), image.Read("y"), image.Read("l/in"), image.Read("dev")));
        Assert.False(Directory.Exists(image.In("y")));
    }

    [Fact]
    public async Task A_layer_that_comes_twice_is_mounted_once_where_it_counts()
    {
        var twice = new TarBuilder().File("a", "twice").File(".wh.b", "").Directory("w").Build();
        using var image = await MountAsync(twice, new TarBuilder().File("a", "between").File("b", "between").File("w/c", "between").Build(), twice);

        Assert.Equal("twice", image.Read("a"));
        Assert.False(File.Exists(image.In("b")));
        Assert.Equal("between", image.Read("w/c"));
    }

    [Fact]
    public async Task Whoever_is_refused_a_removal_is_told_who_has_the_image()
    {
        var store = _directory.Open(o => o with { Users = _ => "container web of pod default/web-0" });
        var id = await ImportAsync(new TarBuilder().File(".wh..wh..opq", "").File("a", "1").Build(), new TarBuilder().File("b", "1").Build());

        using (MountedImage.Mount(await store.OpenAsync(id, default), _directory.Path))
            Assert.Equal($"image {id} is in use by container web of pod default/web-0", Assert.Throws<RuntimeException>(() => store.Remove(id)).Message);
        store.Remove(id);

        Assert.Null(store.Find(id));
    }

    [Fact]
    public async Task Layers_that_an_opaque_root_hides_do_not_make_a_mounted_image_removable()
    {
        var id = await ImportAsync(new TarBuilder().File("hidden", "1").Build(), new TarBuilder().File(".wh..wh..opq", "").File("a", "1").Build());

        using (var image = MountedImage.Mount(await _store.OpenAsync(id, default), _directory.Path))
        {
            Assert.False(File.Exists(image.In("hidden")));
            Assert.Contains("is in use by a container", Assert.Throws<RuntimeException>(() => _store.Remove(id)).Message, StringComparison.Ordinal);
        }

        _store.Remove(id);
    }

    [Fact]
    public async Task An_image_with_a_seam_leaves_nothing_when_it_is_removed()
    {
        var id = await ImportAsync(new TarBuilder().File("a", "1").Build(), new TarBuilder().HardLink("b", "a").Build());
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "seams")));

        _store.Remove(id);

        foreach (var place in (string[])["seams", "layers", "images", "references", "blobs/sha256", "work"])
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, place)));
    }

    private async Task<MountedImage> MountAsync(params byte[][] layers) => MountedImage.Mount(await _store.OpenAsync(await ImportAsync(layers), default), _directory.Path);

    private async Task<string> ImportAsync(params byte[][] layers)
    {
        var file = Path.Combine(_directory.Path, "archive");
        await File.WriteAllBytesAsync(file, SavedArchive.Docker(layers, $"image:{_images++}"));
        return Assert.Single(await new ImageImporter(_store).ImportAsync(file, null, pinned: false, default));
    }
}
