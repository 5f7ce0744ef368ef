using System.Text;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Images;
using LiteKube.Node.Runtime;
using LiteKube.Node.Tests.Harness;
using LiteKube.Testing.Runtime;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Node.Tests.Images;

public sealed class ImageNameTests
{
    [Theory]
    [InlineData("nginx", "docker.io", "library/nginx", null, "nginx:latest")]
    [InlineData("nginx:1.2", "docker.io", "library/nginx", "1.2", "nginx:1.2")]
    [InlineData("a/b", "docker.io", "a/b", null, "a/b:latest")]
    [InlineData("localhost/x", "localhost", "x", null, "localhost/x:latest")]
    [InlineData("reg.example.com:5000/a/b:t", "reg.example.com:5000", "a/b", "t", "reg.example.com:5000/a/b:t")]
    public void Names_are_split_into_their_parts(string name, string registry, string repository, string? tag, string full)
    {
        var reference = ImageReference.TryParse(name)!;
        Assert.Equal((registry, repository, tag), (reference.Registry, reference.Repository, reference.Tag));
        Assert.Equal(full, ImageReference.WithDefaultTag(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER")]
    [InlineData("a b")]
    [InlineData("nginx:")]
    [InlineData("https://reg/x")]
    public void What_is_no_name_is_refused(string name) => Assert.Null(ImageReference.TryParse(name));

    [Theory]
    [InlineData("https://index.docker.io/v1/", "nginx", true)]
    [InlineData("reg.example.com", "reg.example.com/a/b", true)]
    [InlineData("reg.example.com/a", "reg.example.com/a/b", true)]
    [InlineData("reg.example.com/a", "reg.example.com/ab/b", false)]
    [InlineData("*.example.com", "reg.example.com/a", true)]
    [InlineData("*.example.com", "example.com/a", false)]
    [InlineData("reg.example.com", "reg.example.com:5000/a", false)]
    [InlineData("reg.example.com:5000", "reg.example.com:5000/a", true)]
    public void Credentials_match_by_host_and_path(string key, string image, bool matches)
    {
        var keyring = new RegistryKeyring();
        Assert.True(keyring.Add(DockerConfig($$$"""{"auths":{"{{{key}}}":{"auth":"{{{Convert.ToBase64String("u:p"u8)}}}" } } }""")));

        var found = keyring.For(ImageReference.TryParse(image)!);

        Assert.Equal(matches ? [new RegistryCredentials("u", "p")] : [], found);
    }

    [Fact]
    public void The_most_specific_credentials_come_first()
    {
        var keyring = new RegistryKeyring();
        keyring.Add(DockerConfig("""{"auths":{"reg.io":{"username":"general","password":"x"},"reg.io/team":{"username":"team","password":"y"}}}"""));

        Assert.Equal(["team", "general"], keyring.For(ImageReference.TryParse("reg.io/team/app")!).Select(c => c.Username));
    }

    [Fact]
    public void An_unreadable_secret_is_said_to_be_so() => Assert.False(new RegistryKeyring().Add(DockerConfig("not json")));

    [Theory]
    [InlineData(86, 1)]
    [InlineData(84, 0)]
    public async Task Unused_images_go_when_the_disk_is_nearly_full(int usedPercent, int removed)
    {
        var time = new LiteKube.Testing.FakeTime();
        var runtime = new FakeRuntime(time);
        runtime.FakeImages.Add("used:1", sizeBytes: 10);
        runtime.FakeImages.Add("unused:1", sizeBytes: 10);
        runtime.FakeImages.Add("pinned:1", sizeBytes: 10);
        var pod = new PodIdentity("u", "default", "web");
        var sandbox = await runtime.CreateSandboxAsync(new SandboxConfig(pod, 0, "web"), default);
        await runtime.CreateContainerAsync(sandbox, new ContainerConfig(pod, "app", 0, "used:1", (await runtime.Images.GetAsync("used:1", default))!.Id), default);
        var collector = new ImageCollector(runtime, new NodeOptions { PinnedImages = ["pinned:1"] }, time, NullLogger<ImageCollector>.Instance);
        await collector.CollectAsync(100, 100, default);
        time.Advance(TimeSpan.FromMinutes(5));

        await collector.CollectAsync(100, 100 - usedPercent, default);

        Assert.Equal(removed == 1, await runtime.Images.GetAsync("unused:1", default) is null);
        Assert.NotNull(await runtime.Images.GetAsync("used:1", default));
        Assert.NotNull(await runtime.Images.GetAsync("pinned:1", default));
    }

    [Fact]
    public async Task An_image_that_cannot_go_does_not_keep_the_others()
    {
        var time = new LiteKube.Testing.FakeTime();
        var runtime = new FakeRuntime(time);
        var busy = runtime.FakeImages.Add("busy:1", sizeBytes: 10);
        runtime.FakeImages.RemoveError = id => id == busy.Id ? new RuntimeException(RuntimeError.Failed, "image is in use") : null;
        var collector = new ImageCollector(runtime, new NodeOptions(), time, NullLogger<ImageCollector>.Instance);
        await collector.CollectAsync(100, 100, default);
        time.Advance(TimeSpan.FromSeconds(1));
        runtime.FakeImages.Add("unused:1", sizeBytes: 10);
        await collector.CollectAsync(100, 100, default);
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(10, await collector.CollectAsync(100, 1, default));

        Assert.NotNull(await runtime.Images.GetAsync("busy:1", default));
        Assert.Null(await runtime.Images.GetAsync("unused:1", default));
    }

    private static Secret DockerConfig(string json) => new() { Data = new Dictionary<string, byte[]> { [".dockerconfigjson"] = Encoding.UTF8.GetBytes(json) } };
}
