using System.Security.Cryptography;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Testing.Webhooks;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Runtimes.Tests.Native.Images;

public sealed class PullTests : IAsyncLifetime
{
    private static readonly byte[] s_base = new TarBuilder().Directory("bin").File("bin/sh", "shell", 0b111_101_101).Build();
    private static readonly byte[] s_top = new TarBuilder().File("app", "app").Build();

    private readonly StoreDirectory _directory = new();
    private TestRegistry _registry = null!;
    private ImageStore _store = null!;
    private NativeImages _images = null!;

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

    private string Name(string tag = "1") => $"{_registry.Host}/team/app:{tag}";

    private Task<string> PullAsync(string? name = null, RegistryCredentials? credentials = null) => _images.PullAsync(name ?? Name(), credentials, default).AsTask();

    private async Task<string> RefusedAsync(string? name = null, RegistryCredentials? credentials = null)
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(() => PullAsync(name, credentials));
        Assert.Equal(RuntimeError.ImagePull, error.Error);
        Assert.Empty(await _images.ListAsync(default));
        return error.Message;
    }

    [Fact]
    public async Task Downloads_that_nobody_goes_on_with_go_with_a_prune()
    {
        using (var held = await _store.Downloads.TakeAsync(Digests.Of([1]), default))
        using (var left = await _store.Downloads.TakeAsync(Digests.Of([2]), default))
        {
            await File.WriteAllBytesAsync(held.Path, [1]);
            await File.WriteAllBytesAsync(left.Path, [2]);
            left.Dispose();

            _store.Prune();

            Assert.True(File.Exists(held.Path));
            Assert.False(File.Exists(left.Path));
        }
    }

    [Theory]
    [InlineData(TestRegistry.OciManifest)]
    [InlineData(TestRegistry.DockerManifest)]
    public async Task An_image_is_pulled_by_tag_and_known_by_digest(string type)
    {
        var (id, digest) = _registry.Push("1", [s_base, s_top], type);
        var progress = new List<PullProgress>();

        Assert.Equal(id, await _images.PullAsync(Name(), null, new Told(progress), default));

        var status = (await _images.GetAsync(Name(), default))!;
        Assert.Equal((id, $"{_registry.Host}/team/app@{digest}"), (status.Id, Assert.Single(status.Digests)));
        Assert.Equal(status.Digests[0], _images.DigestOf(id));
        var snapshot = await _store.OpenAsync(id, default);
        Assert.Equal(["/run"], snapshot.Config.Cmd);
        Assert.Equal("shell", await File.ReadAllTextAsync(Path.Combine(snapshot.LayerDirectories[0], "bin/sh")));
        Assert.Equal("app", await File.ReadAllTextAsync(Path.Combine(snapshot.LayerDirectories[1], "app")));
        Assert.Equal((2, 2, progress[^1].TotalBytes), (progress[^1].Layers, progress.Max(p => p.LayersDone), progress.Max(p => p.DownloadedBytes)));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_store.Options.Root, "downloads")));
    }

    [Theory]
    [InlineData(TestRegistry.OciIndex)]
    [InlineData(TestRegistry.DockerList)]
    public async Task An_index_leads_to_the_image_of_this_machine(string type)
    {
        var other = _registry.Push("other", [s_top], architecture: "s390x");
        var ours = _registry.Push("ours", [s_base]);
        var top = _registry.PushIndex("1", type, (other.Digest, "unknown", "unknown"), (other.Digest, "linux", "s390x"), (ours.Digest, "linux", "amd64"));

        Assert.Equal(ours.Id, await PullAsync());
        Assert.Equal([$"{_registry.Host}/team/app@{top}"], (await _images.GetAsync(ours.Id, default))!.Digests);
        Assert.Equal(ours.Id, await PullAsync($"{_registry.Host}/team/app@{top}"));
    }

    [Fact]
    public async Task Platforms_there_are_are_told_where_ours_is_not_among_them()
    {
        var other = _registry.Push("other", [s_top], architecture: "s390x");
        _registry.PushIndex("1", TestRegistry.OciIndex, (other.Digest, "linux", "s390x"));

        Assert.Contains("no match for platform linux/amd64 in manifest: there is linux/s390x", await RefusedAsync(), StringComparison.Ordinal);
        Assert.Contains("the image is of linux/s390x", await RefusedAsync(Name("other")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_here_is_not_downloaded_again()
    {
        _registry.Push("1", [s_base, s_top]);
        var second = _registry.Push("2", [s_base]);
        await PullAsync();
        _registry.Requests.Clear();

        Assert.Equal(second.Id, await PullAsync(Name("2")));
        Assert.Equal(second.Id, await PullAsync(Name("2")));

        Assert.Equal([$"/v2/team/app/blobs/{second.Id}"], _registry.Requests.Select(r => r.Path).Where(p => p.Contains("/blobs/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_tag_that_moved_names_the_new_image_and_the_old_keeps_its_digest()
    {
        var old = _registry.Push("1", [s_base]);
        await PullAsync();
        var latest = _registry.Push("1", [s_top]);
        await PullAsync();

        Assert.Equal(latest.Id, (await _images.GetAsync(Name(), default))!.Id);
        Assert.Empty((await _images.GetAsync(old.Id, default))!.Tags);
        await _images.RemoveAsync(old.Id, default);
        Assert.Equal("app", await File.ReadAllTextAsync(Path.Combine((await _store.OpenAsync(Name(), default)).LayerDirectories[0], "app")));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(_store.Options.Root, "layers")));
    }

    [Fact]
    public async Task A_token_is_fetched_with_the_credentials_and_sent_to_the_registry_only()
    {
        _registry.Push("1", [s_base]);
        var elsewhere = await TestRegistry.StartAsync();
        await using var disposing = elsewhere;
        foreach (var blob in _registry.Blobs)
            elsewhere.Blobs[blob.Key] = blob.Value;
        _registry.Intercept = async context =>
        {
            if (context.Request.Path == "/token")
            {
                var basic = context.Request.Headers.Authorization.ToString();
                Assert.Equal("?service=reg&scope=repository%3Ateam%2Fapp%3Apull", context.Request.QueryString.Value);
                await TestRegistry.AnswerAsync(context, basic == "Basic " + Convert.ToBase64String("me:geheim"u8) ? 200 : 401, """{"token":"t1"}""");
                return true;
            }

            if (context.Request.Headers.Authorization != "Bearer t1")
            {
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{_registry.Host}/token\",service=\"reg\",scope=\"repository:team/app:pull\"";
                await TestRegistry.AnswerAsync(context, 401, "");
                return true;
            }

            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
                return false;
            context.Response.Redirect($"http://{elsewhere.Host}{context.Request.Path}");
            return true;
        };

        Assert.Contains("401", await RefusedAsync(credentials: new RegistryCredentials("me", "wrong")), StringComparison.Ordinal);
        await PullAsync(credentials: new RegistryCredentials("me", "geheim"));

        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact]
    public async Task Basic_credentials_come_from_the_registries_file_too()
    {
        _registry.Push("1", [s_base]);
        _registry.Intercept = async context =>
        {
            if (context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String("me:geheim"u8))
                return false;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"x\"";
            await TestRegistry.AnswerAsync(context, 401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""");
            return true;
        };

        Assert.Contains("401 unauthorized: authentication required; the image does not exist or needs credentials", await RefusedAsync(), StringComparison.Ordinal);
        await WriteSettingsAsync($"configs:\n  \"{_registry.Host}\":\n    auth:\n      username: me\n      password: geheim\n");
        await PullAsync();
    }

    [Fact]
    public async Task Mirrors_are_asked_first_without_the_pods_credentials_and_the_registry_itself_last()
    {
        _registry.Push("1", [s_base]);
        await using var empty = await TestRegistry.StartAsync();
        await WriteSettingsAsync($"mirrors:\n  \"{_registry.Host}\":\n    endpoint:\n      - http://127.0.0.1:1\n      - http://{empty.Host}/proxy/v2\n");

        await PullAsync(credentials: new RegistryCredentials("me", "geheim"));

        Assert.Equal(("/proxy/v2/team/app/manifests/1", null), empty.Requests.Select(r => (r.Path, r.Authorization)).Single());
        Assert.NotEmpty(_registry.Requests);
    }

    [Fact]
    public async Task A_mirror_serves_images_of_a_registry_that_cannot_be_reached()
    {
        var pushed = _registry.Push("1", [s_base]);
        await WriteSettingsAsync($"mirrors:\n  \"*\":\n    endpoint: [\"http://{_registry.Host}\"]\n");

        Assert.Equal(pushed.Id, await PullAsync("registry.invalid/team/app:1"));
        Assert.NotNull(await _images.GetAsync("registry.invalid/team/app:1", default));
    }

    [Theory]
    [InlineData("mirrors:\n  x:\n    endpoints: []\n", "known there: endpoint")]
    [InlineData("mirrors: []\n", "is not a mapping")]
    [InlineData("mirrors:\n  x:\n    endpoint: [ftp://y]\n", "is not a URL")]
    [InlineData("configs:\n  x:\n    auth: {auth: \"!\"}\n", "cannot be used")]
    public async Task A_registries_file_with_a_mistake_says_where(string yaml, string reason)
    {
        await WriteSettingsAsync(yaml);

        Assert.Contains(reason, await RefusedAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_with_its_own_authority_is_trusted_when_the_file_names_it()
    {
        var (certificate, bundle) = TestCertificates.For("localhost");
        await using var registry = await TestRegistry.StartAsync(certificate);
        registry.Push("1", [s_base]);
        var name = $"{registry.Host}/team/app:1";

        Assert.Contains("tls.ca_file", await RefusedAsync(name), StringComparison.Ordinal);
        var ca = Path.Combine(_directory.Path, "ca.pem");
        await File.WriteAllBytesAsync(ca, bundle);
        await WriteSettingsAsync($"configs:\n  \"{registry.Host}\":\n    tls:\n      ca_file: {ca}\n");
        await PullAsync(name);
        await WriteSettingsAsync($"configs:\n  \"{registry.Host}\":\n    tls:\n      insecure_skip_verify: true\n");
        await PullAsync(name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broken_download_goes_on_where_it_stopped(bool ranges)
    {
        var random = RandomNumberGenerator.GetBytes(1 << 20);
        _registry.Push("1", [new TarBuilder().File("random", random).Build()]);
        _registry.KnowsRanges = ranges;
        var breaks = 2;
        _registry.Intercept = async context =>
        {
            if (!IsLarge(context, out var blob) || breaks-- <= 0)
                return false;
            await _registry.WriteBlobAsync(context, blob, 300_000);
            return true;
        };

        await PullAsync();

        Assert.Equal(random, await File.ReadAllBytesAsync(Path.Combine((await _store.OpenAsync(Name(), default)).LayerDirectories[0], "random")));
        Assert.Equal(2, _registry.Requests.Count(r => r.Range is not null));
    }

    [Fact]
    public async Task Layers_come_side_by_side_but_not_all_at_once()
    {
        byte[][] layers = [.. Enumerable.Range(0, 8).Select(i => new TarBuilder().File("f" + i, RandomNumberGenerator.GetBytes(600_000)).Build())];
        _registry.Push("1", layers);
        var (now, most) = (0, 0);
        var together = new TaskCompletionSource();
        _registry.Intercept = async context =>
        {
            if (!IsLarge(context, out var blob))
                return false;
            var count = Interlocked.Increment(ref now);
            InterlockedMax(ref most, count);
            if (count == _store.Options.ParallelLayers)
                together.TrySetResult();

            // None is answered before so many are asked for as may be.
            await together.Task.WaitAsync(TimeSpan.FromMinutes(2));
            Interlocked.Decrement(ref now);
            await _registry.WriteBlobAsync(context, blob, blob.Length);
            return true;
        };

        await PullAsync();

        Assert.Equal(_store.Options.ParallelLayers, most);
        Assert.Equal(8, (await _store.OpenAsync(Name(), default)).LayerDirectories.Count);
    }

    [Fact]
    public async Task A_download_goes_on_after_a_restart()
    {
        _registry.Push("1", [new TarBuilder().File("random", RandomNumberGenerator.GetBytes(1 << 20)).Build()]);
        var arrived = new TaskCompletionSource();
        _registry.Intercept = async context =>
        {
            if (!IsLarge(context, out var blob) || arrived.Task.IsCompleted)
                return false;
            context.Response.ContentLength = blob.Length;
            await context.Response.Body.WriteAsync(blob.AsMemory(0, 300_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        using var stop = new CancellationTokenSource();
        var first = _images.PullAsync(Name(), null, new Watch(p => { if (p.DownloadedBytes >= 300_000) arrived.TrySetResult(); }), stop.Token).AsTask();
        await arrived.Task.WaitAsync(TimeSpan.FromMinutes(2));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        using var restarted = new NativeImages(_directory.Open());
        await restarted.PullAsync(Name(), null, default);

        Assert.Equal("bytes=300000-", _registry.Requests.Last(r => r.Range is not null).Range);
    }

    [Fact]
    public async Task Content_that_is_not_what_its_digest_says_is_refused()
    {
        _registry.Push("1", [s_base]);
        var layer = _registry.Blobs.Single(b => b.Value[0] == 0x1f).Key;
        _registry.Blobs[layer] = [.. _registry.Blobs[layer][..^1], 0xff];
        Assert.Contains("other content than " + layer, await RefusedAsync(), StringComparison.Ordinal);
        _registry.Blobs[layer] = [.. _registry.Blobs[layer], 1, 2, 3];
        Assert.Contains("more than the", await RefusedAsync(), StringComparison.Ordinal);
        var pushed = _registry.Push("2", [s_top]);
        _registry.Blobs[pushed.Id] = "{}"u8.ToArray();
        Assert.Contains("other content than " + pushed.Id, await RefusedAsync(Name("2")), StringComparison.Ordinal);
        _registry.Manifests[pushed.Digest] = ("{}"u8.ToArray(), TestRegistry.OciManifest);
        Assert.Contains("a manifest with the digest", await RefusedAsync($"{_registry.Host}/team/app@{pushed.Digest}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"name":"x"}""", "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[],"config":{}}""", TestRegistry.OciManifest, "or both")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", TestRegistry.OciManifest, "is not that")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json","digest":"x"},"layers":[]}""", TestRegistry.OciManifest, "not of a container image")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:../../../etc/passwd"},"layers":[]}""", TestRegistry.OciManifest, "not a sha256 digest")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"},"layers":[null]}""", TestRegistry.OciManifest, "null where a descriptor is meant")]
    [InlineData("""{"schemaVersion":2,"manifests":[null]}""", TestRegistry.OciIndex, "null where a descriptor is meant")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", TestRegistry.OciIndex, "no match for platform")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":null},"layers":[]}""", TestRegistry.OciManifest, "not a sha256 digest")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":-1},"layers":[]}""", TestRegistry.OciManifest, "has the size -1")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"},"layers":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":9000000000000}]}""", TestRegistry.OciManifest, "has the size 9000000000000")]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip+encrypted","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}""", TestRegistry.OciManifest, "is encrypted")]
    [InlineData("""{"schemaVersion":99,"config":{},"layers":[]}""", TestRegistry.OciManifest, "schemaVersion is 99")]
    [InlineData("""{"schemaVersion":2,"something":"else"}""", "application/vnd.example.unknown+json", "neither an image manifest nor an index")]
    [InlineData("null", TestRegistry.OciManifest, "it is null")]
    [InlineData("not json", TestRegistry.OciManifest, "not the JSON expected")]
    public async Task A_manifest_that_is_none_is_refused(string manifest, string type, string reason)
    {
        _registry.PushManifest("1", Encoding.UTF8.GetBytes(manifest), type);

        Assert.Contains(reason, await RefusedAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"WorkingDir":"../../etc"}""", "WorkingDir")]
    [InlineData("""{"Volumes":{"/a/../../b":{}}}""", "Volumes")]
    [InlineData("""{"Env":["A=b\u0000c"]}""", "NUL")]
    [InlineData("""{"Entrypoint":["\u0000"]}""", "NUL")]
    [InlineData("""{"User":"root\u0000"}""", "NUL")]
    [InlineData("""{"Cmd":"not a list"}""", "not the JSON expected")]
    [InlineData("""{"User":{"uid":0}}""", "not the JSON expected")]
    [InlineData("""{"User":0}""", "not the JSON expected")]
    [InlineData("""{"Env":{"A":"b"}}""", "not the JSON expected")]
    [InlineData("""{"Env":[1]}""", "not the JSON expected")]
    [InlineData("""{"Entrypoint":{"0":"sh"}}""", "not the JSON expected")]
    [InlineData("""{"Labels":[["a","b"]]}""", "not the JSON expected")]
    [InlineData("""{"StopSignal":"SIG\u0000KILL"}""", "NUL")]
    [InlineData("""{"Volumes":{"/a\u0000":{}}}""", "NUL")]
    [InlineData("""{"Labels":{"a\u0000":"b"}}""", "NUL")]
    public async Task A_configuration_that_means_harm_is_refused(string run, string reason)
    {
        _registry.Push("1", [s_base], run: run);

        var message = await RefusedAsync();
        Assert.Contains("configuration is refused", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_busy_is_asked_again_and_one_that_does_not_know_the_image_is_not()
    {
        _registry.Push("1", [s_base]);
        var busy = 2;
        _registry.Intercept = async context =>
        {
            if (busy-- <= 0)
                return false;
            await TestRegistry.AnswerAsync(context, 503, "busy");
            return true;
        };
        await PullAsync();
        _registry.Requests.Clear();

        var error = await Assert.ThrowsAsync<RuntimeException>(() => PullAsync(Name("none")));

        Assert.Contains("404 manifest unknown: manifest unknown", error.Message, StringComparison.Ordinal);
        Assert.Single(_registry.Requests);
    }

    [Fact]
    public async Task Silence_counts_as_a_broken_connection()
    {
        _registry.Push("1", [s_base]);
        _registry.Intercept = async context =>
        {
            if (!context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
                return false;
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        using var impatient = new NativeImages(_directory.Open(o => o with { StallTimeout = TimeSpan.FromMilliseconds(100) }));

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await impatient.PullAsync(Name(), null, default));

        Assert.Contains("sent nothing for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pulls_of_the_same_image_at_once_are_one()
    {
        _registry.Push("1", [s_base, s_top]);
        var proceed = new TaskCompletionSource();
        _registry.Intercept = async context =>
        {
            await proceed.Task;
            return false;
        };
        var pulls = Enumerable.Range(0, 5).Select(_ => PullAsync()).ToList();
        proceed.SetResult();

        Assert.Single((await Task.WhenAll(pulls)).Distinct());
        Assert.Equal(_registry.Requests.Select(r => r.Path).Distinct().Count(), _registry.Requests.Count);
    }

    private bool IsLarge(HttpContext context, out byte[] blob) =>
        _registry.Blobs.TryGetValue(context.Request.Path.Value!.Split('/')[^1], out blob!) && blob.Length > 500_000;

    private static void InterlockedMax(ref int most, int value)
    {
        int known;
        while ((known = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, known) != known)
        {
        }
    }

    private Task WriteSettingsAsync(string yaml) => File.WriteAllTextAsync(_store.Options.RegistriesFile, yaml);

    private sealed class Told(List<PullProgress> told) : IProgress<PullProgress>
    {
        public void Report(PullProgress value)
        {
            lock (told)
                told.Add(value);
        }
    }

    private sealed class Watch(Action<PullProgress> watch) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => watch(value);
    }
}
