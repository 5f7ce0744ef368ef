using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Layers;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>Archives that someone means harm with. Each is refused with a reason, and leaves nothing in or beside the store.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private static readonly LayerLimits s_limits = new() { MaxBytes = 4 << 20, FreeBytes = 1 << 20, MaxRatio = 10, MaxEntries = 1000, MaxHeaderBytes = 8192, MaxDirectoryNames = 64 << 10 };

    private readonly StoreDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> Corpus()
    {
        var data = new TheoryData<string, string>();
        foreach (var (name, (_, reason)) in Archives)
            data.Add(name, reason);
        return data;
    }

    private static Dictionary<string, (Func<byte[]> Archive, string Reason)> Archives { get; } = new()
    {
        ["dot dot"] = (() => new TarBuilder().File("../evil", "x").Build(), "leads out of its directory"),
        ["dot dot inside"] = (() => new TarBuilder().File("a/../../evil", "x").Build(), "leads out of its directory"),
        ["dot dot that would stay inside"] = (() => new TarBuilder().File("a/../b", "x").Build(), "leads out of its directory"),
        ["dot dot in a directory"] = (() => new TarBuilder().Directory("..").Build(), "leads out of its directory"),
        ["dot dot in a PAX path"] = (() => new TarBuilder().Pax(("path", "../evil")).File("a", "x").Build(), "leads out of its directory"),
        ["dot dot in a GNU name"] = (() => new TarBuilder().GnuLong('L', "../evil").File("a", "x").Build(), "leads out of its directory"),
        ["dot dot in the name of a file with holes"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "../evil"), ("GNU.sparse.size", "0"), ("GNU.sparse.map", "")).File("a", "").Build(), "leads out of its directory"),
        ["through an absolute link"] = (() => new TarBuilder().Symlink("l", "/tmp").File("l/evil", "x").Build(), "leads out of the layer by a symbolic link"),
        ["through a relative link"] = (() => new TarBuilder().Symlink("l", "../../..").File("l/evil", "x").Build(), "leads out of the layer by a symbolic link"),
        ["through two links"] = (() => new TarBuilder().Directory("a/b").Symlink("a/l", "..").Symlink("m", "a/l/..").File("m/evil", "x").Build(), "leads out of the layer by a symbolic link"),
        ["through a link that replaced a directory"] = (() => new TarBuilder().Directory("d").File("d/a", "1").Symlink("d", "/tmp").File("d/evil", "x").Build(), "leads out of the layer by a symbolic link"),
        ["through /proc"] = (() => new TarBuilder().Symlink("l", "/proc/self/cwd").File("l/evil", "x").Build(), "leads out of the layer by a symbolic link"),
        ["a loop of links"] = (() => new TarBuilder().Symlink("a", "b").Symlink("b", "a").File("a/x", "x").Build(), "loop of symbolic links"),
        ["a link to nowhere as directory"] = (() => new TarBuilder().Symlink("a", "none").File("a/x", "x").Build(), "symbolic link that leads nowhere"),
        ["a directory behind a link"] = (() => new TarBuilder().Symlink("l", "/").Directory("l/evil").Build(), "leads out of the layer by a symbolic link"),
        ["a device behind a link"] = (() => new TarBuilder().Symlink("l", "/dev").Device('4', "l/evil", 8, 0).Build(), "leads out of the layer by a symbolic link"),
        ["a whiteout behind a link"] = (() => new TarBuilder().Symlink("l", "/tmp").File("l/.wh.evil", "").Build(), "leads out of the layer by a symbolic link"),
        ["an opaque mark behind a link"] = (() => new TarBuilder().Symlink("l", "/tmp").File("l/.wh..wh..opq", "").Build(), "leads out of the layer by a symbolic link"),
        ["a hard link out by dots"] = (() => new TarBuilder().HardLink("a", "../../etc/passwd").Build(), "leads out of its directory"),
        ["a hard link out by a link"] = (() => new TarBuilder().Symlink("l", "/etc").HardLink("a", "l/passwd").Build(), "leads out of the layer by a symbolic link"),
        ["a hard link to a directory"] = (() => new TarBuilder().Directory("d").HardLink("a", "d").Build(), "hard link to a directory"),
        ["a hard link to the root"] = (() => new TarBuilder().HardLink("a", "/").Build(), "hard link to the layer's root"),
        ["a whiteout of dots"] = (() => new TarBuilder().File("d/.wh...", "").Build(), "whiteout of nothing"),
        ["a whiteout of the directory itself"] = (() => new TarBuilder().File("d/.wh..", "").Build(), "whiteout of nothing"),
        ["a whiteout without a name"] = (() => new TarBuilder().File(".wh.", "").Build(), "whiteout of nothing"),
        ["a file below a whiteout"] = (() => new TarBuilder().File(".wh.a/b", "").Build(), "whiteout of nothing"),
        ["a raw whiteout"] = (() => new TarBuilder().Device('3', "a", 0, 0).Build(), "character device 0/0"),
        ["overlayfs' own attribute"] = (() => new TarBuilder().Pax(("SCHILY.xattr.trusted.overlay.redirect", "/etc")).Directory("a").Build(), "overlayfs would take for its own"),
        ["the root as a file"] = (() => new TarBuilder().File("./", "").Entry('0', ".", "", 0, 0).Build(), "layer's root and no directory"),
        ["a file as directory"] = (() => new TarBuilder().File("a", "1").File("a/b", "2").Build(), "below something that is not a directory"),
        ["too deep"] = (() => new TarBuilder().GnuLong('L', string.Join('/', Enumerable.Repeat("a", 300))).File("x", "").Build(), "300 directories deep"),
        ["too long a path"] = (() => new TarBuilder().GnuLong('L', string.Join('/', Enumerable.Repeat(new string('a', 200), 25))).File("x", "").Build(), "path of 5024 bytes"),
        ["too long a name"] = (() => new TarBuilder().GnuLong('L', new string('a', 256)).File("x", "").Build(), "name of more than 255 bytes"),
        ["too many entries"] = (() => Many(new TarBuilder(), 1001, (t, i) => t.Entry('2', $"l{i}", "x", 0, 0)).Build(), "more than 1000 entries"),
        ["too many directories in few entries"] = (() => Many(new TarBuilder(), 300, (t, i) => t.GnuLong('L', i + string.Concat(Enumerable.Repeat("/a", 200))).Directory("x")).Build(), "names of more than"),
        ["a gzip bomb"] = (() => TarBuilder.Gzip(new TarBuilder().File("zeros", new byte[3 << 20]).Build()), "unpack to more than 10 times"),
        ["a bomb after the archive's end"] = (() => TarBuilder.Gzip([.. new TarBuilder().File("a", "").Build(), .. new byte[3 << 20]]), "unpack to more than 10 times"),
        ["a layer that is too large"] = (() => new TarBuilder().File("zeros", new byte[5 << 20]).Build(), "files larger than"),
        ["a hole that is too large"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "a"), ("GNU.sparse.size", "9000000000000"), ("GNU.sparse.map", "0,1")).File("a", "x").Build(), "files larger than"),
        ["many headers for one entry"] = (() => Many(new TarBuilder(), 40, (t, i) => t.Pax(("comment" + i, new string('x', 400)))).File("a", "").Build(), "extended headers of"),
        ["an enormous global header"] = (() => new TarBuilder().Entry('g', "g", "", 0, 1L << 32).Unended(), "extended headers of"),
        ["an enormous GNU name"] = (() => new TarBuilder().Entry('L', "././@LongLink", "", 0, 1L << 32).Unended(), "extended headers of"),
        ["a hard link through a file"] = (() => new TarBuilder().File("f", "x").HardLink("a", "f/passwd").Build(), "below something that is not a directory"),
        ["more parts than a file can have"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "a"), ("GNU.sparse.size", "100"), ("GNU.sparse.map", string.Join(',', Enumerable.Repeat("1", 3001)))).File("a", "x").Build(), "odd number of figures"),
        ["a hole of negative length"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "a"), ("GNU.sparse.size", "-5"), ("GNU.sparse.map", "")).File("a", "").Build(), "map of holes"),
        ["an opaque mark as a directory above"] = (() => new TarBuilder().File("f", "x").File("f/.wh..wh..opq", "").Build(), "below something that is not a directory"),
        ["an attribute without a name"] = (() => new TarBuilder().Pax(("SCHILY.xattr.", "x")).File("a", "").Build(), "extended attribute"),
        ["an enormous header"] = (() => new TarBuilder().Pax(("comment", new string('x', 10000))).File("a", "").Build(), "extended headers of"),
        ["a size beyond the end"] = (() => new TarBuilder().Entry('0', "a", "", 0, 1000).Raw(new byte[100]).Unended(), "ends in the middle of a file"),
        ["a size of exabytes"] = (() => new TarBuilder().Entry('0', "a", "", 0, 0, h => { h.AsSpan(124, 12).Clear(); h[124] = 0x80; h[128] = 0x7f; }).Unended(), "files larger than"),
        ["a negative size"] = (() => new TarBuilder().Entry('0', "a", "", 0, 0, h => h.AsSpan(124, 12).Fill(0xff)).Build(), "negative size"),
        ["a negative size by PAX"] = (() => new TarBuilder().Pax(("size", "-512")).File("a", "").Build(), "negative size"),
        ["a number with letters"] = (() => new TarBuilder().Entry('0', "a", "", 0, 0, h => "00zz"u8.CopyTo(h.AsSpan(124))).Build(), "other than octal digits"),
        ["a cut header"] = (() => [.. new TarBuilder().File("a", "").Unended(), .. new byte[] { 1, 2, 3 }], "ends in the middle of a header"),
        ["a wrong checksum"] = (() => Changed(new TarBuilder().File("a", "").Build(), 0), "wrong checksum"),
        ["no archive at all"] = (() => Encoding.ASCII.GetBytes(new string('x', 2048)), "octal digits"),
        ["something after one block of zeros"] = (() => [.. new byte[512], .. new TarBuilder().File("a", "").Build()], "goes on after a block of zeros"),
        ["a PAX record that lies about its length"] = (() => new TarBuilder().Entry('x', "x", "", 0, 9).Raw("99 a=b\n\n\n"u8.ToArray()).Pad().File("a", "").Build(), "extended header that cannot be read"),
        ["a PAX record without end"] = (() => new TarBuilder().Entry('x', "x", "", 0, 6).Raw("6 a=bc"u8.ToArray()).Pad().File("a", "").Build(), "extended header that cannot be read"),
        ["a NUL in a PAX path"] = (() => new TarBuilder().Pax(("path", "a\0b")).File("a", "").Build(), "NUL byte"),
        ["an owner of all ones"] = (() => new TarBuilder().Pax(("uid", "4294967295")).File("a", "").Build(), "owner or device number"),
        ["holes that overlap"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "a"), ("GNU.sparse.size", "100"), ("GNU.sparse.map", "0,2,1,2")).File("a", "xxxx").Build(), "contradicts its size"),
        ["holes that hide bytes"] = (() => new TarBuilder().Pax(("GNU.sparse.name", "a"), ("GNU.sparse.size", "100"), ("GNU.sparse.map", "0,1")).File("a", "xxxx").Build(), "map of holes speaks of"),
        ["an endless map of holes"] = (() => new TarBuilder().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"), ("GNU.sparse.realsize", "1")).File("a", "1111111111111111111111111").Build(), "map of holes"),
        ["an unknown type"] = (() => new TarBuilder().Entry('M', "a", "", 0, 0).Build(), "unknown type"),
        ["broken gzip"] = (() => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff], "cannot be decompressed"),
        ["xz"] = (() => [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1, 2], "compressed with xz"),
    };

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task Refused_with_a_reason(string name, string reason)
    {
        var archive = Archives[name].Archive();
        var store = _directory.Open(o => o with { Limits = s_limits });
        var file = Path.Combine(_directory.Path, "archive");
        await File.WriteAllBytesAsync(file, archive);
        var cwd = Directory.EnumerateFileSystemEntries(Directory.GetCurrentDirectory()).Count();

        var error = await Assert.ThrowsAsync<RuntimeException>(() => store.Layers.UnpackAsync(TarBuilder.Digest(archive), file, default));

        Assert.Equal(RuntimeError.ImagePull, error.Error);
        Assert.Contains("the layer is refused", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.Equal(["archive", "images"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Options.Root, "work")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Options.Root, "layers")));
        Assert.False(File.Exists("/tmp/evil") || Directory.Exists("/evil") || File.Exists("/dev/evil"));
        Assert.Equal(cwd, Directory.EnumerateFileSystemEntries(Directory.GetCurrentDirectory()).Count());
    }

    /// <summary>Of everything that a layer's archive is made of; cut at every block, and within headers, contents and padding.</summary>
    [Fact]
    public async Task An_archive_cut_off_anywhere_is_refused()
    {
        var whole = new TarBuilder().Directory("d").File("d/a", "abc").Pax(("path", "d/pax"), ("mtime", "1.5")).File("x", new string('p', 700)).GnuLong('L', "d/" + new string('g', 120)).File("x", "g")
            .Symlink("s", "d").HardLink("h", "d/a").File("d/.wh.w", "").Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "holes"), ("GNU.sparse.realsize", "8192"))
            .Entry('0', "GNUSparseFile.0/x", "", 0b110_100_100, 516).Raw("1\n4096\n4\n"u8.ToArray()).Pad().Raw("data"u8.ToArray()).Pad().Build();
        var store = _directory.Open();
        for (var at = 0; at < whole.Length; at += 512)
        {
            foreach (var length in (int[])[at, at + 1, at + 100, at + 511])
            {
                var error = await RefusedAsync(store, whole[..length], Digests.Of(whole));
                Assert.True(error.Contains("ends in the middle of", StringComparison.Ordinal) || error.Contains("has the digest", StringComparison.Ordinal), $"{length}: {error}");
            }
        }

        // The last bytes are only the checksum: without them the content is whole, and its digest says so.
        var gzipped = TarBuilder.Gzip(whole);
        for (var length = 1; length < gzipped.Length - 16; length += 13)
        {
            var error = await RefusedAsync(store, gzipped[..length], Digests.Of(whole));
            Assert.True(error.Contains("ends in the middle of", StringComparison.Ordinal) || error.Contains("has the digest", StringComparison.Ordinal) || error.Contains("cannot be decompressed", StringComparison.Ordinal) || error.Contains("octal digits", StringComparison.Ordinal), $"{length}: {error}");
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Options.Root, "work")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(store.Options.Root, "layers")));
    }

    private async Task<string> RefusedAsync(ImageStore store, byte[] archive, string diffId)
    {
        var file = Path.Combine(_directory.Path, "archive");
        await File.WriteAllBytesAsync(file, archive);
        var error = await Assert.ThrowsAsync<RuntimeException>(() => store.Layers.UnpackAsync(diffId, file, default));
        return error.Message;
    }

    private static TarBuilder Many(TarBuilder tar, int count, Action<TarBuilder, int> add)
    {
        for (var i = 0; i < count; i++)
            add(tar, i);
        return tar;
    }

    private static byte[] Changed(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }
}
