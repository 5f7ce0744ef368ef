using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Archives;
using LiteKube.Runtimes.Tests.Contract;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>Archives between a real Docker and LiteKube, in both directions.</summary>
public sealed class DockerSaveTests(DockerEngine engine) : IClassFixture<DockerEngine>, IDisposable
{
    private const string Tag = "example.org/built:1";

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_docker_save_wrote_looks_here_as_it_does_there()
    {
        Build();
        var id = Docker("image", "inspect", "--format", "{{.Id}}", Tag);
        var plain = InDirectory("saved.tar");
        Docker("save", "-o", plain, Tag, DockerEngine.Image);
        MountedImage.Run("gzip", "-k", "-1", plain);
        var store = _directory.Open();

        var ids = await new ImageImporter(store).ImportAsync(plain, null, pinned: false, default);

        Assert.Equal(2, ids.Count);
        Assert.Equal(id, store.Find(Tag)!.Id);
        Docker("create", "--name", "compared", Tag, "/bin/sh");
        Docker("export", "-o", InDirectory("theirs.tar"), "compared");
        Docker("rm", "compared");
        using (var ours = MountedImage.Mount(await store.OpenAsync(Tag, default), _directory.Path))
        {
            var listing = ListingOf(ours.Path);
            Assert.Equal(Listing("-f", InDirectory("theirs.tar")), listing);
            Assert.Contains("./tmp/ drwxrwxrwt 0/0", listing);
            Assert.Contains("./home/app/linked -rw-r--r-- 1000/2000", listing);
            Assert.DoesNotContain(listing, l => l.StartsWith("./bin/sleep", StringComparison.Ordinal));
        }

        foreach (var image in ids)
            store.Remove(image);
        Assert.Equal(ids.Order(), (await new ImageImporter(store).ImportAsync(plain + ".gz", null, pinned: false, default)).Order());
        Assert.Equal(id, store.Find(Tag)!.Id);
    }

    [Fact]
    public async Task Docker_loads_what_was_exported_here()
    {
        var store = _directory.Open();
        byte[][] layers = [new TarBuilder().Directory("bin").File("bin/a", new string('a', 100_000)).Build(), new TarBuilder().File("bin/b", "b").File("bin/.wh.a", "").Build()];
        var file = InDirectory("import.tar");
        await File.WriteAllBytesAsync(file, SavedArchive.Docker(layers, "example.org/exported:1"));
        var id = Assert.Single(await new ImageImporter(store).ImportAsync(file, null, pinned: false, default));
        await using (var exported = File.Create(InDirectory("exported.tar")))
            await new ImageExporter(store).ExportAsync(["example.org/exported:1"], exported, default);

        Docker("load", "-q", "-i", InDirectory("exported.tar"));

        Assert.Equal(id, Docker("image", "inspect", "--format", "{{.Id}}", "example.org/exported:1"));
        Docker("rmi", "example.org/exported:1");
    }

    /// <summary>Layers that remove, replace, link and change what others have.</summary>
    private void Build()
    {
        var context = Directory.CreateDirectory(InDirectory("context")).FullName;
        File.Copy("/bin/busybox", Path.Combine(context, "busybox"));
        File.WriteAllText(Path.Combine(context, "file"), "content");
        File.WriteAllText(Path.Combine(context, "Dockerfile"), $"""
            FROM {DockerEngine.Image}
            COPY busybox /bin/busybox
            COPY --chown=1000:2000 file /home/app/file
            RUN ["/bin/busybox", "sh", "-c", "for p in mkdir chmod ln rm mv mknod chown; do /bin/busybox ln -s busybox /bin/$p; done; mkdir -p /tmp /root /etc/old /data; chmod 1777 /tmp; chmod 700 /root; echo 1 >/etc/old/a; echo 2 >/data/x; mkdir /data/sub"]
            RUN ["/bin/busybox", "sh", "-c", "ln /home/app/file /home/app/linked; rm /bin/sleep; rm -r /etc/old; mkdir /etc/old; echo new >/etc/old/b; chmod 4755 /bin/busybox"]
            RUN ["/bin/busybox", "sh", "-c", "echo x >/tmp/x; rm -r /data; echo file >/data; rm /home/app/file; mkdir /home/app/file; chown 5:6 /home/app/file; mknod /root/fifo p"]
            COPY file /tmp/again
            """);
        MountedImage.Run("env", "DOCKER_BUILDKIT=0", "docker", "-H", engine.Host, "build", "-q", "--network", "none", "-t", Tag, context);
    }

    private string Docker(params string[] arguments) => MountedImage.Run("docker", ["-H", engine.Host, .. arguments]);

    /// <summary>Name, mode and owner of everything, without what Docker puts into every container.</summary>
    private static IReadOnlyList<string> Listing(params string[] archive)
    {
        string[] added = ["./dev/", "./proc/", "./sys/", "./etc/hosts", "./etc/hostname", "./etc/resolv.conf", "./etc/mtab", "./.dockerenv"];
        var lines = MountedImage.Run("tar", ["--numeric-owner", "-tv", .. archive]).Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        // Which of two names is the link to the other is the archiver's choice.
        return [.. lines.Select(f => (Line: $"{(f[0][0] == 'h' ? "-" + f[0][1..] : f[0])} {f[1]}", Name: string.Join(' ', f[5..])))
            .Select(l => (l.Line, Name: l.Name.StartsWith("./", StringComparison.Ordinal) ? l.Name : "./" + l.Name))
            .Select(l => (l.Line, Name: l.Name.Split(" link to ")[0]))
            .Where(l => l.Name != "./" && !added.Any(a => l.Name.StartsWith(a, StringComparison.Ordinal)))
            .Select(l => $"{l.Name} {l.Line}").Order(StringComparer.Ordinal)];
    }

    private IReadOnlyList<string> ListingOf(string directory)
    {
        MountedImage.Run("tar", "-C", directory, "-cf", InDirectory("ours.tar"), ".");
        return Listing("-f", InDirectory("ours.tar"));
    }

    private string InDirectory(string name) => Path.Combine(_directory.Path, name);
}
