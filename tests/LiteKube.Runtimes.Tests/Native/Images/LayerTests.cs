using System.Diagnostics;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Layers;

namespace LiteKube.Runtimes.Tests.Native.Images;

public sealed class LayerTests : IDisposable
{
    private const string Capability = "\u0001\0\0\u0002\0\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    private readonly StoreDirectory _directory = new();
    private readonly ImageStore _store;

    public LayerTests() => _store = _directory.Open();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Files_come_with_mode_owner_time_and_content()
    {
        var fs = await UnpackAsync(new TarBuilder { Owner = 12, Group = 34 }.Directory("bin/", 0b001_111_101_101).File("./bin/su", "root!", 0b100_111_101_101).Build());

        Assert.Equal("root!", await File.ReadAllTextAsync(Path.Combine(fs, "bin/su")));
        Assert.Equal("4755 12 34 1000000000 5 regular file", Stat(Path.Combine(fs, "bin/su")));
        Assert.StartsWith("1755 12 34 1000000000", Stat(Path.Combine(fs, "bin")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_devices_and_fifos_are_made()
    {
        var fs = await UnpackAsync(new TarBuilder().File("a", "x").HardLink("b", "/a").Symlink("c", "/etc/passwd").Device('3', "null", 1, 3).Device('4', "disk", 259, 1025).Entry('6', "pipe", "", 0b110_000_000, 0).Build());

        Assert.Equal(Run("stat", "-c", "%i", Path.Combine(fs, "a")), Run("stat", "-c", "%i", Path.Combine(fs, "b")));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(fs, "c")).LinkTarget);
        Assert.Equal("1 3 character special file", Run("stat", "-c", "%Hr %Lr %F", Path.Combine(fs, "null")));
        Assert.Equal("259 1025 block special file", Run("stat", "-c", "%Hr %Lr %F", Path.Combine(fs, "disk")));
        Assert.StartsWith("600 0 0", Stat(Path.Combine(fs, "pipe")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_names_and_large_numbers_come_by_GNU_and_PAX_headers()
    {
        var deep = string.Join('/', Enumerable.Repeat("directory-of-some-length", 8));
        var fs = await UnpackAsync(new TarBuilder()
            .GnuLong('L', deep + "/gnu").GnuLong('K', deep + "/target").Symlink("short", "short")
            .Pax(("path", deep + "/pax"), ("uid", "3000000"), ("mtime", "1700000000.25"), ("size", "3")).File("short", "abc")
            .Entry('0', "base256", "", 0b110_100_100, 0, h => { h[108] = 0x80; h.AsSpan(109, 3).Clear(); h[112] = 0; h[113] = 0x2d; h[114] = 0xc6; h[115] = 0xc0; })
            .Build());

        Assert.Equal(deep + "/target", new FileInfo(Path.Combine(fs, deep, "gnu")).LinkTarget);
        Assert.Equal("644 3000000 0 1700000000 3 regular file", Stat(Path.Combine(fs, deep, "pax")));
        Assert.StartsWith("644 3000000 0", Stat(Path.Combine(fs, "base256")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ustar_prefix_is_part_of_the_name()
    {
        var fs = await UnpackAsync(new TarBuilder().Entry('0', "name", "", 0b110_100_100, 0, h => "some/prefix"u8.CopyTo(h.AsSpan(345))).Build());

        Assert.True(File.Exists(Path.Combine(fs, "some/prefix/name")));
    }

    [Fact]
    public async Task Extended_attributes_are_kept()
    {
        var fs = await UnpackAsync(new TarBuilder().Pax(("SCHILY.xattr.security.capability", Capability), ("SCHILY.xattr.user.note", "é=1")).File("ping", "x").Build());

        var told = Run("python3", "-c", $"import os; print(os.getxattr('{fs}/ping','security.capability').hex(), os.getxattr('{fs}/ping','user.note'))");
        Assert.Equal("0100000200040000000000000000000000000000 b'\\xe9=1'", told);
    }

    [Fact]
    public async Task Holes_come_by_the_old_GNU_form_and_by_PAX()
    {
        var fs = await UnpackAsync(new TarBuilder()
            .Entry('S', "old", "", 0b110_100_100, 4, h =>
            {
                "ustar  \0"u8.CopyTo(h.AsSpan(257));
                TarBuilder.Octal(h, 386, 12, 4096);
                TarBuilder.Octal(h, 398, 12, 4);
                TarBuilder.Octal(h, 483, 12, 8192);
            }).Raw("data"u8.ToArray()).Pad()
            .Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "pax"), ("GNU.sparse.realsize", "8192"))
            .Entry('0', "GNUSparseFile.0/pax", "", 0b110_100_100, 516).Raw("1\n4096\n4\n"u8.ToArray()).Pad().Raw("data"u8.ToArray()).Pad()
            .Build());

        foreach (var name in new[] { "old", "pax" })
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(fs, name));
            Assert.Equal((8192, "data"), (bytes.Length, Encoding.ASCII.GetString(bytes, 4096, 4)));
            Assert.Equal(4, bytes.Count(b => b != 0));
        }
    }

    [Fact]
    public async Task Names_that_are_no_text_are_kept_and_can_be_removed()
    {
        var bytes = new TarBuilder().Directory("d\u00ff").File("d\u00ff/\u00fe\n", "x").Build();
        var fs = await UnpackAsync(bytes);
        Assert.Equal("b'd\\xff' [b'\\xfe\\n']", Run("python3", "-c", $"import os; d=os.listdir(b'{fs}')[0]; print(d, os.listdir(b'{fs}/'+d))"));

        _store.Layers.Sweep([Digests.Of(bytes)]);

        Assert.False(Directory.Exists(fs));
    }

    [Fact]
    public async Task Whiteouts_and_opaque_directories_hide_what_lies_below_in_an_overlay()
    {
        var lower = await UnpackAsync(new TarBuilder().Directory("d").File("d/old", "1").Directory("o").File("o/old", "1").File("gone", "1").Directory("again").File("again/old", "1").File("stays", "1").Build());
        var upper = await UnpackAsync(new TarBuilder()
            .File("d/.wh.old", "").File("d/new", "2").File(".wh.gone", "")
            .Directory("o").File("o/.wh..wh..opq", "").File("o/new", "2")
            .File(".wh.again", "").Directory("again").File("again/new", "2")
            .File(".wh..wh.plnk", "bookkeeping of AUFS")
            .Build());
        var merged = Directory.CreateDirectory(Path.Combine(_directory.Path, "merged")).FullName;
        Run("mount", "-t", "overlay", "overlay", "-o", $"ro,lowerdir={upper}:{lower}", merged);
        try
        {
            var files = Directory.EnumerateFiles(merged, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(merged, f)).Order(StringComparer.Ordinal);
            Assert.Equal(["again/new", "d/new", "o/new", "stays"], files);
            Assert.True(MountedLayers.Contain(Path.GetFileName(Path.GetDirectoryName(lower))!));
            _store.Layers.Sweep([Path.GetFileName(Path.GetDirectoryName(lower))!.PadRight(64, '0')]);
            Assert.True(Directory.Exists(lower));
        }
        finally
        {
            Run("umount", merged);
        }
    }

    [Fact]
    public async Task A_later_entry_takes_the_place_of_an_earlier_one_but_not_of_what_is_linked_to_it()
    {
        var fs = await UnpackAsync(new TarBuilder().File("a", "1").HardLink("b", "a").File("a", "2").Symlink("s", "b").File("s", "3").Directory("d").File("d/x", "4").File("d", "5").Build());

        Assert.Equal(["2", "1", "3", "5"], new[] { "a", "b", "s", "d" }.Select(f => File.ReadAllText(Path.Combine(fs, f))));
    }

    [Fact]
    public async Task A_relative_link_inside_the_layer_may_be_part_of_a_path()
    {
        var fs = await UnpackAsync(new TarBuilder().Directory("usr/lib").Symlink("lib", "usr/lib").File("lib/x", "1").Build());

        Assert.True(File.Exists(Path.Combine(fs, "usr/lib/x")));
    }

    [Fact]
    public async Task Gzip_and_zstd_are_known_by_their_first_bytes()
    {
        var plain = new TarBuilder().File("a", "1").Build();
        Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine(await UnpackAsync(TarBuilder.Gzip(plain), TarBuilder.Digest(plain)), "a")));

        plain = new TarBuilder().File("a", "2").Build();
        var file = Path.Combine(_directory.Path, "plain");
        await File.WriteAllBytesAsync(file, plain);
        Run("zstd", "-q", file);
        Assert.Equal("2", await File.ReadAllTextAsync(Path.Combine(await UnpackAsync(await File.ReadAllBytesAsync(file + ".zst"), TarBuilder.Digest(plain)), "a")));
        var error = await Assert.ThrowsAsync<RuntimeException>(() => UnpackAsync([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3], "sha256:" + new string('1', 64)));
        Assert.Contains("zstd cannot decompress it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gzip_may_come_in_several_members_and_what_follows_the_last_is_not_content()
    {
        var plain = new TarBuilder().File("a", new string('1', 5000)).Build();
        byte[] members = [.. TarBuilder.Gzip(plain[..700]), .. TarBuilder.Gzip(plain[700..])];
        Assert.Equal(5000, new FileInfo(Path.Combine(await UnpackAsync(members, TarBuilder.Digest(plain)), "a")).Length);

        plain = new TarBuilder().File("a", new string('2', 5000)).Build();
        Assert.Equal(5000, new FileInfo(Path.Combine(await UnpackAsync([.. TarBuilder.Gzip(plain), .. "garbage"u8], TarBuilder.Digest(plain)), "a")).Length);
    }

    [Fact]
    public async Task Content_that_is_not_what_the_image_says_is_refused_and_leaves_nothing()
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(() => UnpackAsync(new TarBuilder().File("a", "1").Build(), "sha256:" + new string('0', 64)));

        Assert.Equal(RuntimeError.ImagePull, error.Error);
        Assert.Contains("has the digest sha256:", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_directory.Options.Root, "work")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_directory.Options.Root, "layers")));
    }

    [Fact]
    public async Task A_layer_that_nobody_came_to_name_goes_at_the_next_start()
    {
        var bytes = new TarBuilder().File("a", "1").Build();
        var fs = await UnpackAsync(bytes);
        using (_store.Layers.Claim(Digests.Of(bytes)))
        {
            _directory.Open();
            Assert.True(Directory.Exists(fs));
        }

        _directory.Open();
        Assert.False(Directory.Exists(fs));
    }

    private Task<string> UnpackAsync(byte[] archive) => UnpackAsync(archive, TarBuilder.Digest(archive));

    private async Task<string> UnpackAsync(byte[] archive, string diffId)
    {
        var file = Path.Combine(_directory.Path, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(file, archive);
        await _store.Layers.UnpackAsync(diffId, file, default);
        return Path.Combine(_store.Layers.DirectoryOf(diffId), "fs");
    }

    private static string Stat(string path) => Run("stat", "-c", "%a %u %g %Y %s %F", path);

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
