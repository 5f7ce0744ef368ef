using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Images.Registries;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>Manifests and configurations that lie, of images whose layers are good. Each is refused with a reason, and no image comes of it.</summary>
public sealed class HostileImageTests : IAsyncLifetime
{
    private static readonly byte[] s_layer = new TarBuilder().File("a", new string('a', 5000)).Build();
    private static readonly byte[] s_other = new TarBuilder().File("b", "b").Build();

    private readonly StoreDirectory _directory = new();
    private ImageStore _store = null!;
    private NativeImages _images = null!;
    private TestRegistry _registry = null!;

    public async Task InitializeAsync()
    {
        _registry = await TestRegistry.StartAsync();
        _store = _directory.Open();
        _images = new NativeImages(_store);
    }

    public async Task DisposeAsync()
    {
        _images.Dispose();
        await _registry.DisposeAsync();
        _directory.Dispose();
    }

    public static TheoryData<string, string, string> Configurations => new()
    {
        { "digest of another layer", Config($"\"{Digests.Of(s_other)}\""), "has the digest" },
        { "no layers", Config(""), "it has 0 layers, and the manifest has 1" },
        { "one layer too many", Config($"\"{Digests.Of(s_layer)}\",\"{Digests.Of(s_other)}\""), "it has 2 layers, and the manifest has 1" },
        { "null for a layer", Config("null"), "the layer digest \"null\" is not a sha256 digest" },
        { "a path for a layer", Config("\"../../../../etc\""), "is not a sha256 digest" },
        { "another algorithm", Config($"\"sha512:{new string('0', 128)}\""), "is not a sha256 digest" },
        { "upper-case digits", Config($"\"{Digests.Of(s_layer).ToUpperInvariant()}\""), "is not a sha256 digest" },
        { "a thousand layers", Config(string.Join(',', Enumerable.Repeat($"\"{Digests.Of(s_layer)}\"", 1000))), "it has 1000 layers" },
        { "no rootfs", """{"architecture":"amd64","os":"linux"}""", "names no layers" },
        { "null", "null", "it is null" },
        { "a list", "[]", "not the JSON expected" },
        { "depth", string.Concat(Enumerable.Repeat("""{"config":""", 1000)) + "1" + new string('}', 1000), "not the JSON expected" },
        { "cut off", Config($"\"{Digests.Of(s_layer)}\"")[..^5], "not the JSON expected" },
        { "another platform", Config($"\"{Digests.Of(s_layer)}\"", "sparc64"), $"no match for platform linux/{ManifestParser.Architecture} in manifest: the image is of linux/sparc64" },
        { "another system", Config($"\"{Digests.Of(s_layer)}\"", "amd64", "windows"), "the image is of windows/amd64" },
        { "many labels", Config($"\"{Digests.Of(s_layer)}\"", run: $$"""{"Labels":{ {{string.Join(',', Enumerable.Range(0, 10_001).Select(i => $"\"l{i}\":\"\""))}} } }"""), "Labels has 10001 items" },
        { "much environment", Config($"\"{Digests.Of(s_layer)}\"", run: $$"""{"Env":[{{string.Join(',', Enumerable.Repeat("\"A=b\"", 10_001))}}]}"""), "Env has 10001 items" },
        { "megabytes", Config($"\"{Digests.Of(s_layer)}\"", run: $$"""{"Labels":{"a":"{{new string('x', 5 << 20)}}"} }"""), "more than" },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task A_configuration_that_lies_is_refused(string name, string config, string reason)
    {
        Push("1", Encoding.UTF8.GetBytes(config), TarBuilder.Gzip(s_layer));

        Assert.True((await RefusedAsync("1")).Contains(reason, StringComparison.Ordinal), name);
    }

    [Fact]
    public async Task A_layer_whose_size_is_a_lie_is_refused()
    {
        var config = Encoding.UTF8.GetBytes(Config($"\"{Digests.Of(s_layer)}\""));
        var blob = TarBuilder.Gzip(s_layer);
        Push("short", config, blob, size: blob.Length - 10);
        Assert.Contains($"more than the {blob.Length - 10} bytes", await RefusedAsync("short"), StringComparison.Ordinal);

        Push("long", config, blob, size: blob.Length + 10);
        Assert.Contains(Digests.Of(blob), await RefusedAsync("long"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_the_registry_does_not_have_is_named()
    {
        var blob = TarBuilder.Gzip(s_layer);
        Push("1", Encoding.UTF8.GetBytes(Config($"\"{Digests.Of(s_layer)}\"")), blob);
        _registry.Blobs.TryRemove(Digests.Of(blob), out _);

        Assert.Contains("answers 404", await RefusedAsync("1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indexes_are_not_followed_for_ever()
    {
        var digest = _registry.Push("image", [s_layer]).Digest;
        for (var depth = 0; depth < 4; depth++)
            digest = _registry.PushIndex("index" + depth, TestRegistry.OciIndex, (digest, "linux", ManifestParser.Architecture));

        Assert.Contains("index of indexes of indexes", await RefusedAsync("index3"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_leads_to_itself_is_refused_by_its_digest()
    {
        var digest = _registry.Push("image", [s_layer]).Digest;
        var index = _registry.PushIndex("1", TestRegistry.OciIndex, (digest, "linux", ManifestParser.Architecture));
        _registry.Manifests[digest] = _registry.Manifests[index];

        Assert.Contains("a manifest with the digest", await RefusedAsync("1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_calls_itself_a_layer_of_any_type_must_be_an_archive()
    {
        var statement = Encoding.UTF8.GetBytes("{\"_type\":\"https://in-toto.io/Statement/v1\"}" + new string(' ', 600));
        Push("1", Encoding.UTF8.GetBytes(Config($"\"{Digests.Of(statement)}\"")), statement, "application/vnd.in-toto+json");

        Assert.Contains("the layer is refused: its archive has a header with", await RefusedAsync("1"), StringComparison.Ordinal);
    }

    private void Push(string tag, byte[] config, byte[] blob, string type = "application/vnd.oci.image.layer.v1.tar+gzip", long? size = null)
    {
        foreach (var content in new[] { config, blob })
            _registry.Blobs[Digests.Of(content)] = content;
        _registry.PushManifest(tag, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{TestRegistry.OciManifest}}","config":{{TestRegistry.Descriptor(config, "application/vnd.oci.image.config.v1+json")}},"layers":[{"mediaType":"{{type}}","digest":"{{Digests.Of(blob)}}","size":{{size ?? blob.Length}} }]}"""), TestRegistry.OciManifest);
    }

    private async Task<string> RefusedAsync(string tag)
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await _images.PullAsync($"{_registry.Host}/team/app:{tag}", null, default));
        Assert.Equal(RuntimeError.ImagePull, error.Error);
        Assert.Empty(await _images.ListAsync(default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_store.Options.Root, "work")));
        return error.Message;
    }

    private static string Config(string diffIds, string architecture = "amd64", string os = "linux", string run = "{}") =>
        $$"""{"architecture":"{{architecture}}","os":"{{os}}","config":{{run}},"rootfs":{"type":"layers","diff_ids":[{{diffIds}}]} }""";
}
