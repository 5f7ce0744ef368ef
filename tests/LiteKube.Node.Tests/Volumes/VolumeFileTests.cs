using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Tests.Harness;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Tests.Volumes;

public sealed class VolumeFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("litekube-files-").FullName;

    [Fact]
    public void Writing_the_same_again_changes_nothing()
    {
        var writer = new AtomicWriter(TimeProvider.System);
        Assert.True(writer.Write(_root, Payload(("a", "1")), null));
        var link = new FileInfo(Path.Combine(_root, "..data")).LinkTarget;

        Assert.False(writer.Write(_root, Payload(("a", "1")), null));
        Assert.Equal(link, new FileInfo(Path.Combine(_root, "..data")).LinkTarget);
        Assert.True(writer.Write(_root, Payload(("a", "2")), null));
    }

    [Fact]
    public void A_write_cut_off_halfway_is_completed_by_the_next()
    {
        var writer = new AtomicWriter(TimeProvider.System);
        writer.Write(_root, Payload(("a", "1"), ("b", "1")), null);
        File.Delete(Path.Combine(_root, "b"));
        File.CreateSymbolicLink(Path.Combine(_root, "..data_tmp"), "nowhere");

        Assert.True(writer.Write(_root, Payload(("a", "1"), ("b", "1")), null));
        Assert.Equal("1", File.ReadAllText(Path.Combine(_root, "b")));
    }

    [Fact]
    public void A_path_out_of_the_volume_is_refused()
    {
        Assert.Throws<VolumeException>(() => new AtomicWriter(TimeProvider.System).Write(_root, Payload(("../out", "1")), null));
        Assert.False(File.Exists(Path.Combine(_root, "..", "out")));
    }

    [Theory]
    [InlineData("Directory", "is not a directory")]
    [InlineData("File", "is not a file")]
    [InlineData("Socket", "is not a socket file")]
    [InlineData("CharDevice", "is not a character device")]
    [InlineData("BlockDevice", "is not a block device")]
    public void A_hostPath_of_another_type_is_refused(string type, string message)
    {
        var path = Path.Combine(_root, "missing");
        var e = Assert.Throws<VolumeException>(() => HostPathCheck.Apply(new HostPathVolumeSource { Path = path, Type = type }));
        Assert.Equal($"hostPath type check failed: {path} {message}", e.Message);
    }

    [Fact]
    public void A_hostPath_is_made_where_its_type_says_so()
    {
        HostPathCheck.Apply(new HostPathVolumeSource { Path = Path.Combine(_root, "d"), Type = "DirectoryOrCreate" });
        HostPathCheck.Apply(new HostPathVolumeSource { Path = Path.Combine(_root, "f"), Type = "FileOrCreate" });
        HostPathCheck.Apply(new HostPathVolumeSource { Path = "/dev/null", Type = "CharDevice" });

        Assert.True(Directory.Exists(Path.Combine(_root, "d")));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(Path.Combine(_root, "f")));
    }

    [Fact]
    public void Nothing_is_deleted_while_something_is_still_mounted()
    {
        var kept = Path.Combine(_root, "pods", "uid", "volumes", "x", "hosts-own");
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.WriteAllText(kept, "");

        Assert.Throws<IOException>(() => new PodDirectoryCleanup(_root, new StuckMounts(Path.GetDirectoryName(kept)!)).Remove("uid"));
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public void An_fsGroup_adds_group_bits_and_setgid()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var gid = Environment.IsPrivilegedProcess ? 2000 : -1;

        VolumeOwnership.Apply(_root, gid, readOnly: false);

        Assert.True(File.GetUnixFileMode(file).HasFlag(UnixFileMode.GroupRead | UnixFileMode.GroupWrite));
        Assert.True(File.GetUnixFileMode(_root).HasFlag(UnixFileMode.SetGroup | UnixFileMode.GroupExecute));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static VolumePayload Payload(params (string Path, string Content)[] files)
    {
        var payload = new VolumePayload();
        foreach (var (path, content) in files)
            payload.Put(path, Encoding.UTF8.GetBytes(content), 0b110_100_100);
        return payload;
    }

    private sealed class StuckMounts(string path) : IMounts
    {
        public IReadOnlyList<string> Below(string directory) => [path];

        public void MountTmpfs(string target, long? sizeBytes) => throw new InvalidOperationException();

        public void Bind(string source, string target) => throw new InvalidOperationException();

        public void Unmount(string target)
        {
            // Busy, as some mounts are.
        }
    }
}
