using LiteKube.Node.Tests.Harness;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Tests.Volumes;

public sealed class SubPathMountTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("litekube-subpath-").FullName;
    private readonly FakeMounts _mounts = new();

    private string Volume => Path.Combine(_root, "volume");

    private string Target => Path.Combine(_root, "target");

    public SubPathMountTests() => Directory.CreateDirectory(Volume);

    [Theory]
    [InlineData("/etc")]
    [InlineData("../outside")]
    public void A_link_out_of_the_volume_is_not_followed(string destination)
    {
        Directory.CreateDirectory(Path.Combine(_root, "outside"));
        File.CreateSymbolicLink(Path.Combine(Volume, "link"), destination);

        var e = Assert.Throws<VolumeException>(() => new SubPathMount(_mounts).Mount(Volume, "link", Target));

        Assert.StartsWith("subPath \"link\" cannot be opened within its volume", e.Message);
        Assert.Empty(_mounts.All);
    }

    [Fact]
    public void A_link_within_the_volume_is_followed()
    {
        Directory.CreateDirectory(Path.Combine(Volume, "..data"));
        File.WriteAllText(Path.Combine(Volume, "..data", "key"), "value");
        File.CreateSymbolicLink(Path.Combine(Volume, "key"), "..data/key");

        new SubPathMount(_mounts).Mount(Volume, "key", Target);

        Assert.Equal(Path.Combine(Volume, "..data", "key"), _mounts.Bound[Target]);
        Assert.True(File.Exists(Target));
    }

    [Fact]
    public void Making_a_missing_directory_does_not_follow_a_link_out_either()
    {
        Directory.CreateDirectory(Path.Combine(_root, "outside"));
        File.CreateSymbolicLink(Path.Combine(Volume, "link"), "../outside");

        Assert.Throws<VolumeException>(() => new SubPathMount(_mounts).Mount(Volume, "link/new", Target));

        Assert.False(Directory.Exists(Path.Combine(_root, "outside", "new")));
    }

    [Fact]
    public void A_second_mount_replaces_the_first()
    {
        Directory.CreateDirectory(Path.Combine(Volume, "a"));
        var mount = new SubPathMount(_mounts);

        mount.Mount(Volume, "a", Target);
        mount.Mount(Volume, "a", Target);

        Assert.Single(_mounts.All);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
