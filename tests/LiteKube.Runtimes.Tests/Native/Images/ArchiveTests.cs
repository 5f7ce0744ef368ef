using System.Diagnostics;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Archives;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Native.Images;

public sealed class ArchiveTests : IDisposable
{
    private static readonly byte[] s_base = new TarBuilder { Owner = 7 }.Directory("bin").File("bin/sh", new string('s', 300_000), 0b100_111_101_101).HardLink("bin/ash", "bin/sh").Symlink("sh", "/bin/sh").Build();

    // Everything that an export could get wrong: replaced files and directories, holes, odd names, whiteouts, bytes after the end.
    private static readonly byte[] s_odd =
    [
        .. new TarBuilder().File("a", "first").HardLink("b", "a").File("a", "second").Directory("d").File("d/x", "below").File("d", "now a file").File("e/implied", "1")
            .Pax(("GNU.sparse.name", "holes"), ("GNU.sparse.size", "9000"), ("GNU.sparse.map", "4096,3")).File("h", "abc").GnuLong('L', string.Join('/', Enumerable.Repeat("long", 60))).File("l", "deep")
            .File("n\u00ff\n", "name").File(".wh.sh", "").File("o/.wh..wh..opq", "").File(".wh..wh.plnk/1", "aufs").Build(),
        .. "garbage after the end"u8,
    ];

    private readonly StoreDirectory _directory = new();
    private readonly ImageStore _store;

    public ArchiveTests() => _store = _directory.Open();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_archive_of_docker_save_is_imported_plain_and_gzipped(bool gzip)
    {
        var saved = SavedArchive.Docker([s_base, s_odd, s_base], "team/app:1", "team/app:latest");

        var id = Assert.Single(await ImportAsync(gzip ? TarBuilder.Gzip(saved) : saved));

        Assert.Equal(Digests.Of(SavedArchive.Config([s_base, s_odd, s_base])), id);
        Assert.Equal(id, (await _store.OpenAsync("team/app", default)).Id);
        var snapshot = await _store.OpenAsync("docker.io/team/app:1", default);
        Assert.Equal(2, snapshot.LayerDirectories.Count);
        Assert.Equal("second", await File.ReadAllTextAsync(Path.Combine(snapshot.LayerDirectories[0], "a")));
        AssertNothingUnfinished();
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task An_archive_may_come_through_a_pipe(string compression)
    {
        var saved = SavedArchive.Docker([s_base, s_odd], "team/app:1");
        var bytes = compression switch { "gzip" => TarBuilder.Gzip(saved), "zstd" => Zstd(saved), _ => saved };
        var pipe = new System.IO.Pipelines.Pipe();
        var writing = Task.Run(async () =>
        {
            for (var at = 0; at < bytes.Length; at += 10_000)
                await pipe.Writer.WriteAsync(bytes.AsMemory(at, Math.Min(10_000, bytes.Length - at)));
            await pipe.Writer.CompleteAsync();
        });

        var ids = await new ImageImporter(_store).ImportAsync(pipe.Reader.AsStream(), null, null, pinned: false, default);

        await writing;
        Assert.Equal(Digests.Of(SavedArchive.Config([s_base, s_odd])), Assert.Single(ids));
        Assert.Equal("second", await File.ReadAllTextAsync(Path.Combine((await _store.OpenAsync("team/app:1", default)).LayerDirectories[1], "a")));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_large_file_that_looks_like_a_layer_and_is_none_does_no_harm()
    {
        var archive = new TarBuilder().File("other.tar", [.. new TarBuilder().File("../evil", new byte[200_000]).Build()])
            .File("unused.tar", new TarBuilder().File("unused", new byte[200_000]).Build())
            .File("twice", s_base).File("l.tar", s_base).File("c.json", SavedArchive.Config([s_base]))
            .File("manifest.json", """[{"Config":"c.json","RepoTags":["x:1"],"Layers":["l.tar"]}]""").Build();

        var id = Assert.Single(await ImportAsync(archive));

        Assert.Equal(id, _store.Find("x:1")!.Id);
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "layers")));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task An_archive_as_containerds_Docker_saves_it_has_an_OCI_layout_beside_its_manifest()
    {
        var blob = TarBuilder.Gzip(s_base);
        var config = SavedArchive.Config([s_base]);
        string Name(byte[] bytes) => "blobs/sha256/" + Digests.Of(bytes)[7..];
        var archive = new TarBuilder().Directory("blobs/").Directory("blobs/sha256/").File(Name(blob), blob).File(Name(config), config)
            .File("index.json", """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""")
            .File("manifest.json", $$"""[{"Config":"{{Name(config)}}","RepoTags":["team/app:1"],"Layers":["{{Name(blob)}}"],"LayerSources":{"{{Digests.Of(s_base)}}":{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":{{blob.Length}},"digest":"{{Digests.Of(blob)}}"} } }]""")
            .File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").Build();

        Assert.Equal(Digests.Of(config), Assert.Single(await ImportAsync(archive)));
        Assert.Equal(300_000, new FileInfo(Path.Combine((await _store.OpenAsync("team/app:1", default)).LayerDirectories[0], "bin/sh")).Length);
    }

    [Theory]
    [InlineData("""{"io.containerd.image.name":"docker.io/team/app:1"}""", "docker.io/team/app:1")]
    [InlineData("""{"org.opencontainers.image.ref.name":"reg.example:5000/app:2"}""", "reg.example:5000/app:2")]
    [InlineData("""{"org.opencontainers.image.ref.name":"latest"}""", null)]
    public async Task An_OCI_layout_is_imported_under_the_name_it_has(string annotations, string? name)
    {
        var id = Assert.Single(await ImportAsync(SavedArchive.Oci([s_base], annotations)));

        Assert.Equal(name is null ? [] : [name], (await new NativeImages(_store).GetAsync(id, default))!.Tags);
        Assert.Equal(name is null ? 0 : 1, (await new NativeImages(_store).GetAsync(id, default))!.Digests.Count);
    }

    [Fact]
    public async Task A_name_can_be_given_to_an_image_that_has_none()
    {
        var id = Assert.Single(await ImportAsync(SavedArchive.Oci([s_base], "{}"), "my/name"));

        Assert.Equal(id, _store.Find("my/name:latest")!.Id);
    }

    [Fact]
    public async Task An_export_is_the_same_image_again_layers_byte_for_byte()
    {
        var id = Assert.Single(await ImportAsync(SavedArchive.Docker([s_base, s_odd], "team/app:1")));
        var exported = Path.Combine(_directory.Path, "exported.tar");
        await using (var file = File.Create(exported))
            await new ImageExporter(_store).ExportAsync(["team/app:1"], file, default);

        var names = Run("tar", "-tf", exported).Split('\n');
        Assert.Equal(names.Distinct().Count(), names.Length);
        foreach (var layer in new[] { s_base, s_odd })
        {
            var blob = "blobs/sha256/" + Digests.Of(layer)[7..];
            Run("tar", "-C", _directory.Path, "-xf", exported, blob);
            Assert.Equal(layer, await File.ReadAllBytesAsync(Path.Combine(_directory.Path, blob)));
        }

        _store.Remove(id);
        Assert.Equal([id], await new ImageImporter(_store).ImportAsync(exported, null, pinned: false, default));
        Assert.Equal(id, _store.Find("team/app:1")!.Id);

        // Read as an OCI layout, without what docker load reads.
        _store.Remove(id);
        var layout = Directory.CreateDirectory(Path.Combine(_directory.Path, "layout")).FullName;
        Run("tar", "-C", layout, "-xf", exported);
        Run("tar", "-C", layout, "-czf", exported, "oci-layout", "index.json", "blobs");
        Assert.Equal([id], await new ImageImporter(_store).ImportAsync(exported, null, pinned: false, default));
        Assert.Equal(id, _store.Find("team/app:1")!.Id);
    }

    [Fact]
    public async Task A_layer_that_was_changed_on_disk_is_not_exported()
    {
        var id = Assert.Single(await ImportAsync(SavedArchive.Docker([s_base], "team/app:1")));
        await File.WriteAllTextAsync(Path.Combine((await _store.OpenAsync(id, default)).LayerDirectories[0], "bin/sh"), new string('x', 300_000));

        var error = await Assert.ThrowsAsync<RuntimeException>(() => new ImageExporter(_store).ExportAsync([id], Stream.Null, default));

        Assert.Contains("was changed on disk", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> HostileArchives => new()
    {
        { "no image", "neither manifest.json" },
        { "manifest is not JSON", "not the JSON expected" },
        { "layer missing", "no file layer.tar" },
        { "configuration missing", "no file ../../etc/passwd" },
        { "layers do not match", "has 0 layers, and the archive has 1" },
        { "a device", "neither file nor directory" },
        { "a name that leads out", "leads out of its directory" },
        { "a link that leads out", "no file layer.tar" },
        { "an invalid tag", "invalid reference format" },
        { "a blob that lies", "other content than its digest says" },
        { "a layer of another content", "has the digest" },
        { "a large layer of another content", "has the digest" },
        { "a large layer that leads out", "leads out of its directory" },
        { "nothing but zeros", "neither manifest.json" },
        { "no archive", "archive is refused: its archive has a header" },
        { "cut off", "archive is refused: its archive ends in the middle of a file" },
        { "null for a layer", "image without configuration or layers" },
        { "null for an image", "image without configuration or layers" },
        { "another platform", "no match for platform linux/" },
        { "a device of the host as JSON", "neither file nor directory" },
        { "links in a circle", "neither manifest.json" },
        { "an archive for a manifest", "is an archive where JSON is meant" },
        { "a manifest of megabytes", "larger than" },
        { "indexes of indexes", "index of indexes of indexes" },
        { "a bomb", "unpack to more than" },
    };

    [Theory]
    [MemberData(nameof(HostileArchives))]
    public async Task What_is_wrong_with_an_archive_is_said_and_nothing_is_left(string name, string reason)
    {
        var config = SavedArchive.Config([s_base]);
        TarBuilder Saved(string layer = "layer.tar", string tag = "x:1") =>
            new TarBuilder().File("c", config).File("manifest.json", $$"""[{"Config":"c","RepoTags":["{{tag}}"],"Layers":["{{layer}}"]}]""");
        var archive = name switch
        {
            "no image" => new TarBuilder().File("a", "b").Build(),
            "manifest is not JSON" => new TarBuilder().File("manifest.json", "[{").Build(),
            "layer missing" => Saved().Build(),
            "configuration missing" => new TarBuilder().File("manifest.json", """[{"Config":"../../etc/passwd","Layers":[]}]""").Build(),
            "layers do not match" => new TarBuilder().File("c", SavedArchive.Config([])).File("manifest.json", """[{"Config":"c","Layers":["l"]}]""").Build(),
            "a device" => Saved().Device('4', "layer.tar", 8, 0).Build(),
            "a name that leads out" => Saved().File("../../evil", "x").Build(),
            "a link that leads out" => Saved().Symlink("layer.tar", "../../../../etc/passwd").Build(),
            "an invalid tag" => Saved(tag: "X Y").File("layer.tar", s_base).Build(),
            "a layer of another content" => Saved().File("layer.tar", s_odd).Build(),
            "a blob that lies" => Lying(),
            "a large layer of another content" => Saved().File("layer.tar", new TarBuilder().File("x", new byte[100_000]).Build()).Build(),
            "a large layer that leads out" => Saved().File("layer.tar", new TarBuilder().File("x", new byte[100_000]).File("../x", "").Build()).Build(),
            "nothing but zeros" => new byte[10_240],
            "no archive" => System.Text.Encoding.ASCII.GetBytes(new string('x', 10_000)),
            "cut off" => Saved().File("layer.tar", s_base).Build()[..200_000],
            "null for a layer" => new TarBuilder().File("c", config).File("manifest.json", """[{"Config":"c","RepoTags":[null],"Layers":[null]}]""").Build(),
            "null for an image" => new TarBuilder().File("manifest.json", "[null]").Build(),
            "another platform" => new TarBuilder().File("l", s_base).File("c", System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(config).Replace("amd64", "sparc"))).File("manifest.json", """[{"Config":"c","Layers":["l"]}]""").Build(),
            "a device of the host as JSON" => new TarBuilder().Device('4', "manifest.json", 8, 0).Build(),
            "links in a circle" => new TarBuilder().Symlink("manifest.json", "index.json").Symlink("index.json", "manifest.json").Build(),
            "an archive for a manifest" => new TarBuilder().File("manifest.json", s_base).Build(),
            "a manifest of megabytes" => new TarBuilder().File("manifest.json", new string(' ', 5 << 20)).Build(),
            "indexes of indexes" => Nested(),
            "a bomb" => TarBuilder.Gzip(new TarBuilder().File("zeros", new byte[300 << 20]).Build()),
            _ => throw new ArgumentException(name),
        };

        var error = await Assert.ThrowsAsync<RuntimeException>(() => ImportAsync(archive));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Catalog.Images());
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task Bundles_are_imported_once_pinned_and_a_bad_one_does_not_keep_the_others_out()
    {
        var bundles = Directory.CreateDirectory(Path.Combine(_directory.Path, "bundles")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(bundles, "a.tar"), [1, 2, 3]);
        await File.WriteAllBytesAsync(Path.Combine(bundles, "b.tar.gz"), TarBuilder.Gzip(SavedArchive.Docker([s_base], "x:1")));
        await File.WriteAllTextAsync(Path.Combine(bundles, "notes.txt"), "no archive");
        using var images = new NativeImages(_store);
        await ImportAsync(SavedArchive.Docker([s_odd], "y:1"));

        await new BundleDirectory(_store, NullLogger.Instance).ImportAsync(bundles, default);
        var written = _store.Catalog.FindReference("docker.io/library/x:1")!.Updated;
        await new BundleDirectory(_directory.Open(), NullLogger.Instance).ImportAsync(bundles, default);

        Assert.True((await images.GetAsync("x:1", default))!.Pinned);
        Assert.False((await images.GetAsync("y:1", default))!.Pinned);
        Assert.Equal(written, _store.Catalog.FindReference("docker.io/library/x:1")!.Updated);
        Assert.Equal(Digests.Of(SavedArchive.Config([s_odd])), Assert.Single(_store.Prune().Removed).Id);
        Assert.Equal(["docker.io/library/x:1"], Assert.Single(await images.ListAsync(default)).Tags);
    }

    [Fact]
    public async Task Prune_leaves_what_is_held_or_mounted()
    {
        var held = Assert.Single(await ImportAsync(SavedArchive.Docker([s_base], "held:1")));
        var mounted = Assert.Single(await ImportAsync(SavedArchive.Docker([s_odd], "mounted:1")));
        var unused = Assert.Single(await ImportAsync(SavedArchive.Docker([new TarBuilder().File("u", "u").Build()], "unused:1")));
        var merged = Directory.CreateDirectory(Path.Combine(_directory.Path, "merged")).FullName;
        var upper = Directory.CreateDirectory(Path.Combine(_directory.Path, "upper")).FullName;
        Run("mount", "-t", "overlay", "overlay", "-o", $"ro,lowerdir={upper}:{(await _store.OpenAsync(mounted, default)).LayerDirectories[0]}", merged);
        try
        {
            using (_store.Hold(held))
            {
                var (removed, inUse) = _store.Prune();
                Assert.Equal([unused], removed.Select(i => i.Id));
                Assert.Equal(2, inUse);
            }

            Assert.Equal([held], _store.Prune().Removed.Select(i => i.Id));
        }
        finally
        {
            Run("umount", merged);
        }

        Assert.Equal([mounted], _store.Prune().Removed.Select(i => i.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "layers")));
    }

    /// <summary>An index of an index of an index of an index.</summary>
    private static byte[] Nested()
    {
        var tar = new TarBuilder().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var inner = System.Text.Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");
        for (var depth = 0; depth < 4; depth++)
        {
            tar.File("blobs/sha256/" + Digests.Of(inner)[7..], inner);
            inner = System.Text.Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{TestRegistry.OciIndex}}","digest":"{{Digests.Of(inner)}}","size":{{inner.Length}},"platform":{"os":"linux","architecture":"{{LiteKube.Runtimes.Native.Images.Registries.ManifestParser.Architecture}}"} }]}""");
        }

        return tar.File("index.json", inner).Build();
    }

    private static byte[] Zstd(byte[] bytes)
    {
        using var process = Process.Start(new ProcessStartInfo("zstd", ["-q", "-c"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(bytes);
        process.StandardInput.Close();
        reading.GetAwaiter().GetResult();
        process.WaitForExit();
        return output.ToArray();
    }

    private static byte[] Lying()
    {
        var archive = SavedArchive.Oci([s_base], "{}");
        var config = SavedArchive.Config([s_base]);
        var at = archive.AsSpan().IndexOf(config);
        archive[at + 1] ^= 1;
        return archive;
    }

    private async Task<IReadOnlyList<string>> ImportAsync(byte[] archive, string? name = null)
    {
        var file = Path.Combine(_directory.Path, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, archive);
        return await new ImageImporter(_store).ImportAsync(file, name, pinned: false, default);
    }

    private void AssertNothingUnfinished() => Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "work")));

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output.TrimEnd('\n');
    }
}
