using System.Text;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Node.Tests.Harness;
using static LiteKube.Node.Tests.Harness.PodSpecs;

namespace LiteKube.Node.Tests.Volumes;

public sealed class PodVolumeTests
{
    [Fact]
    public async Task A_changed_ConfigMap_reaches_its_volume_by_one_swap()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Api.Add(Settings(("a", "1"), ("b", "2")));
        node.Add(Pod("web").With(s => s with { Volumes = [new Volume { Name = "settings", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } }] }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;
        var volume = PathOf(node, uid, "configmap", "settings");
        Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine(volume, "a")));
        Assert.Equal("..data/a", new FileInfo(Path.Combine(volume, "a")).LinkTarget);
        var before = new FileInfo(Path.Combine(volume, "..data")).LinkTarget;

        node.Api.Change<ConfigMap>("default", "settings", _ => Settings(("a", "changed"), ("c", "3")));

        await node.Cluster.UntilAsync(() => ContentOf(volume, "a") == "changed", "new content");
        await node.Cluster.UntilAsync(() => !File.Exists(Path.Combine(volume, "b")), "old key gone");
        Assert.Equal("3", await File.ReadAllTextAsync(Path.Combine(volume, "c")));
        Assert.NotEqual(before, new FileInfo(Path.Combine(volume, "..data")).LinkTarget);
        Assert.Empty(node.Mounts.All);
    }

    [Fact]
    public async Task A_Secret_is_kept_in_memory_with_its_modes_and_chosen_keys()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Api.Add(new Secret { Metadata = Named("keys"), Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes("s3cret"), ["other"] = [] } });
        node.Add(Pod("web").With(s => s with
        {
            Volumes = [new Volume { Name = "keys", Secret = new SecretVolumeSource { SecretName = "keys", DefaultMode = 0b100_000_000, Items = [new KeyToPath { Key = "key", Path = "deep/er/key" }] } }],
        }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;

        var volume = PathOf(node, uid, "secret", "keys");
        Assert.Contains(volume, node.Mounts.All);
        Assert.Equal("s3cret", await File.ReadAllTextAsync(Path.Combine(volume, "deep", "er", "key")));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(volume, "deep", "er", "key")));
        Assert.False(File.Exists(Path.Combine(volume, "other")));
    }

    [Fact]
    public async Task A_missing_source_holds_the_pod_up_with_an_event_until_it_appears()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { Volumes = [new Volume { Name = "settings", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } }] }));
        await node.UntilEventAsync("web", "FailedMount: MountVolume.SetUp failed for volume \"settings\" : configmap \"settings\" not found");
        Assert.Equal("ContainerCreating", (await node.UntilAsync("web", s => s.ContainerStatuses.Count == 1, "status")).Status.ContainerStatuses[0].State!.Waiting!.Reason);
        Assert.Empty(await node.EngineContainersAsync("app"));

        node.Api.Add(Settings(("a", "1")));
        await node.UntilRunningAsync("web");
    }

    [Fact]
    public async Task Optional_sources_may_be_missing_and_fill_in_later()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { Volumes = [new Volume { Name = "settings", ConfigMap = new ConfigMapVolumeSource { Name = "settings", Optional = true } }] }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;

        node.Api.Add(Settings(("a", "1")));
        await node.Cluster.UntilAsync(() => File.Exists(Path.Combine(PathOf(node, uid, "configmap", "settings"), "a")), "filled in");
        node.Api.Delete<ConfigMap>("default", "settings");
        await node.Cluster.UntilAsync(() => !File.Exists(Path.Combine(PathOf(node, uid, "configmap", "settings"), "a")), "emptied");
    }

    [Fact]
    public async Task A_projected_volume_holds_token_certificate_and_labels_and_follows_them()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Tokens.Expiry = () => node.Cluster.Time.GetUtcNow() + TimeSpan.FromHours(1);
        node.Api.Add(new ConfigMap { Metadata = Named("kube-root-ca.crt"), Data = new Dictionary<string, string> { ["ca.crt"] = "CA" } });
        var pod = Pod("web").With(s => s with
        {
            Volumes =
            [
                new Volume
                {
                    Name = "access",
                    Projected = new ProjectedVolumeSource
                    {
                        Sources =
                        [
                            new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token", ExpirationSeconds = 3600 } },
                            new VolumeProjection { ConfigMap = new ConfigMapProjection { Name = "kube-root-ca.crt", Items = [new KeyToPath { Key = "ca.crt", Path = "ca.crt" }] } },
                            new VolumeProjection { DownwardAPI = new DownwardAPIProjection { Items = [new DownwardAPIVolumeFile { Path = "labels", FieldRef = new ObjectFieldSelector { FieldPath = "metadata.labels" } }] } },
                        ],
                    },
                },
            ],
        });
        node.Add(pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1\"" } } });
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;
        var volume = PathOf(node, uid, "projected", "access");
        Assert.Equal("token-1", await File.ReadAllTextAsync(Path.Combine(volume, "token")));
        Assert.Equal("CA", await File.ReadAllTextAsync(Path.Combine(volume, "ca.crt")));
        Assert.Equal("a=\"1\\\"\"\nb=\"2\"", await File.ReadAllTextAsync(Path.Combine(volume, "labels")));

        node.Api.Change<Pod>("default", "web", p => p with { Metadata = p.Metadata with { Labels = new Dictionary<string, string> { ["a"] = "new" } } });
        await node.Cluster.UntilAsync(() => ContentOf(volume, "labels") == "a=\"new\"", "labels follow");

        node.Cluster.Time.Advance(TimeSpan.FromMinutes(49));
        await node.Cluster.UntilAsync(() => ContentOf(volume, "token") == "token-2", "token renewed before its expiry");
    }

    [Fact]
    public async Task A_token_for_one_user_is_readable_by_no_other()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with
        {
            SecurityContext = new PodSecurityContext { FsGroup = 2000 },
            Volumes = [new Volume { Name = "access", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Path = "token" } }] } }],
        }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;

        var mode = File.GetUnixFileMode(Path.Combine(PathOf(node, uid, "projected", "access"), "token"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, mode);
    }

    [Theory]
    [InlineData(null, null, 8L * 1024 * 1024 * 1024)]
    [InlineData("64Mi", null, 64L * 1024 * 1024)]
    [InlineData("64Mi", "32Mi", 32L * 1024 * 1024)]
    public async Task A_memory_volume_is_bounded_by_its_limit_its_pod_and_the_node(string? sizeLimit, string? memoryLimit, long expected)
    {
        await using var node = await new NodeHarness().StartAsync();
        var container = Container("app") with { Resources = memoryLimit is null ? null : new ResourceRequirements { Limits = new Dictionary<string, Quantity> { ["memory"] = Quantity.Parse(memoryLimit) } } };
        node.Add(Pod("web", container).With(s => s with { Volumes = [new Volume { Name = "ram", EmptyDir = new EmptyDirVolumeSource { Medium = "Memory", SizeLimit = sizeLimit is null ? null : Quantity.Parse(sizeLimit) } }] }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;

        Assert.Equal(expected, node.Mounts.TmpfsSizes[PathOf(node, uid, "empty-dir", "ram")]);
    }

    [Fact]
    public async Task An_unsupported_volume_is_said_to_be_so()
    {
        await using var node = await new NodeHarness().StartAsync();
        node.Add(Pod("web").With(s => s with { Volumes = [new Volume { Name = "disk", Nfs = new NFSVolumeSource { Server = "s", Path = "/" } }] }));

        await node.UntilEventAsync("web", "FailedMount: MountVolume.SetUp failed for volume \"disk\" : this kind of volume is not supported by this node");
    }

    [Fact]
    public async Task A_subPath_may_not_leave_its_volume()
    {
        await using var node = await new NodeHarness().StartAsync();
        var container = Container("app") with
        {
            Env = [new EnvVar { Name = "NAME", Value = ".." }],
            VolumeMounts = [new VolumeMount { Name = "scratch", MountPath = "/data", SubPathExpr = "$(NAME)/x" }],
        };
        node.Add(Pod("web", container).With(s => s with { Volumes = [new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource() }] }));

        var status = (await node.UntilAsync("web", s => s.ContainerStatuses is [{ State.Waiting.Reason: "CreateContainerConfigError" }], "refused")).Status;
        Assert.Equal("unable to provision SubPath `../x`: must not contain '..'", status.ContainerStatuses[0].State!.Waiting!.Message);
    }

    [Fact]
    public async Task A_subPath_is_made_with_the_volumes_mode_and_mounted_for_the_container()
    {
        await using var node = await new NodeHarness().StartAsync();
        var container = Container("app") with
        {
            Env = [new EnvVar { Name = "NAME", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.name" } } }],
            VolumeMounts = [new VolumeMount { Name = "scratch", MountPath = "/data", SubPathExpr = "logs/$(NAME)" }],
        };
        node.Add(Pod("web", container).With(s => s with { Volumes = [new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource() }] }));
        var uid = (await node.UntilRunningAsync("web")).Metadata.Uid!;

        var made = Path.Combine(PathOf(node, uid, "empty-dir", "scratch"), "logs", "web");
        Assert.Equal(File.GetUnixFileMode(PathOf(node, uid, "empty-dir", "scratch")), File.GetUnixFileMode(made));
        Assert.Equal(made, Assert.Single(node.Mounts.Bound).Value);
    }

    /// <summary>Null where the content before was taken away between looking up the link and opening the file.</summary>
    private static string? ContentOf(string volume, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(volume, file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string PathOf(NodeHarness node, string uid, string plugin, string name) => Path.Combine(node.Directory, "pods", uid, "volumes", "kubernetes.io~" + plugin, name);

    private static ObjectMeta Named(string name) => new() { Namespace = "default", Name = name };

    private static ConfigMap Settings(params (string Key, string Value)[] data) => new() { Metadata = Named("settings"), Data = data.ToDictionary(d => d.Key, d => d.Value) };
}
