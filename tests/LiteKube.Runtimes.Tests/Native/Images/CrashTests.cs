using System.Diagnostics;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Archives;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>A copy of the store is taken between all steps of its changes; each is what a crash there would leave, and must open as if nothing had been half done.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly byte[] s_shared = new TarBuilder().File("shared", "1").Build();
    private static readonly byte[] s_own = new TarBuilder().File("own", "2").File("own", "3").Build();

    private readonly StoreDirectory _directory = new();
    private readonly List<(string Step, string Copy)> _copies = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_import_cut_short_anywhere_leaves_whole_images_only_and_can_be_done_again()
    {
        var archive = await WriteAsync(SavedArchive.Docker([s_shared, s_own], "new:1"));
        await new ImageImporter(_directory.Open()).ImportAsync(await WriteAsync(SavedArchive.Docker([s_shared], "old:1")), null, false, default);

        await new ImageImporter(_directory.Open(o => o with { AtStep = Copy })).ImportAsync(archive, null, pinned: false, default);

        Assert.Equal(["unpacking begun", "files written", "layer durable", "layer named", "configuration written", "image written", "reference written"], _copies.Select(c => c.Step));
        foreach (var (step, copy) in _copies)
        {
            var store = Reopen(copy);
            await AssertWholeAsync(store, step);
            Assert.NotNull(store.Find("old:1"));
            await new ImageImporter(store).ImportAsync(archive, null, pinned: false, default);
            Assert.Equal("3", await File.ReadAllTextAsync(Path.Combine((await store.OpenAsync("new:1", default)).LayerDirectories[1], "own")));
        }
    }

    [Fact]
    public async Task An_image_with_a_seam_is_whole_after_every_step_of_its_coming_and_going()
    {
        var below = new TarBuilder().Directory("d", 0b111_000_000).File("d/a", "1").Build();
        var above = new TarBuilder().File("d/b", "2").HardLink("link", "d/a").Build();
        var archive = await WriteAsync(SavedArchive.Docker([below, above], "new:1"));
        await new ImageImporter(_directory.Open()).ImportAsync(await WriteAsync(SavedArchive.Docker([below], "old:1")), null, false, default);
        var store = _directory.Open(o => o with { AtStep = Copy });

        await new ImageImporter(store).ImportAsync(archive, null, pinned: false, default);
        store.Remove(store.Find("new:1")!.Id);

        Assert.Contains("seam named", _copies.Select(c => c.Step));
        Assert.Contains("seam unnamed", _copies.Select(c => c.Step));
        foreach (var (step, copy) in _copies)
        {
            var reopened = Reopen(copy);
            await AssertWholeAsync(reopened, step);
            await new ImageImporter(reopened).ImportAsync(archive, null, pinned: false, default);
            Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine((await reopened.OpenAsync("new:1", default)).LayerDirectories[2], "link")));
        }
    }

    [Fact]
    public async Task A_removal_cut_short_anywhere_leaves_the_image_whole_or_nothing_of_it()
    {
        await new ImageImporter(_directory.Open()).ImportAsync(await WriteAsync(SavedArchive.Docker([s_shared, s_own], "new:1", "new:2")), null, false, default);
        await new ImageImporter(_directory.Open()).ImportAsync(await WriteAsync(SavedArchive.Docker([s_shared], "old:1")), null, false, default);
        var store = _directory.Open(o => o with { AtStep = Copy });

        store.Remove(store.Find("new:1")!.Id);

        Assert.Equal(["reference removed", "reference removed", "image removed", "layer unnamed"], _copies.Select(c => c.Step));
        foreach (var (step, copy) in _copies)
        {
            var reopened = Reopen(copy);
            await AssertWholeAsync(reopened, step);
            Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine((await reopened.OpenAsync("old:1", default)).LayerDirectories[0], "shared")));
        }
    }

    private static async Task AssertWholeAsync(ImageStore store, string step)
    {
        foreach (var reference in store.Catalog.References())
            Assert.Equal(reference.ImageId, (await store.OpenAsync(reference.Name, default)).Id);
        var layers = store.Catalog.Images().SelectMany(i => i.Layers).ToHashSet();
        Assert.All(layers, l => Assert.NotNull(store.Layers.Find(l)));
        string[] Names(string directory) => [.. Directory.EnumerateFileSystemEntries(Path.Combine(store.Options.Root, directory)).Select(f => Path.GetFileName(f))];
        Assert.True(Names("work").Length == 0, $"unfinished work after {step}");
        Assert.True(layers.Count == Names("layers").Length, $"layers without image after {step}");
        Assert.True(store.Catalog.Images().Count(i => i.HasSeam) == Names("seams").Length, $"seams without image after {step}");
        Assert.True(store.Catalog.Images().Count == Names("blobs/sha256").Length, $"blobs without image after {step}");
        Assert.DoesNotContain(Names("references").Concat(Names("images")), n => n.EndsWith(".new", StringComparison.Ordinal));
    }

    private ImageStore Reopen(string copy) => _directory.Open(o => o with { Root = copy });

    private void Copy(string step)
    {
        var copy = Path.Combine(_directory.Path, "copy" + _copies.Count);
        using var process = Process.Start("cp", ["-a", _directory.Options.Root, copy]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        _copies.Add((step, copy));
    }

    private async Task<string> WriteAsync(byte[] archive)
    {
        var file = Path.Combine(_directory.Path, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, archive);
        return file;
    }
}
