using System.Collections.Concurrent;
using System.Net;
using System.Text;
using LiteKube.Runtimes.Native.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Tests.Native.Images;

/// <summary>A registry in this process, as strict or as broken as a test wants it.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

    private readonly WebApplication _app;

    private TestRegistry(WebApplication app) => _app = app;

    public string Host { get; private set; } = "";

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>By tag and by digest.</summary>
    public ConcurrentDictionary<string, (byte[] Content, string Type)> Manifests { get; } = new();

    public ConcurrentQueue<(string Path, string? Authorization, string? Range)> Requests { get; } = new();

    /// <summary>Answers in the registry's stead where it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    public bool KnowsRanges { get; set; } = true;

    public static async Task<TestRegistry> StartAsync(System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l =>
        {
            if (certificate is not null)
                l.UseHttps(certificate);
        }));
        var app = builder.Build();
        var registry = new TestRegistry(app);
        app.Run(registry.ServeAsync);
        await app.StartAsync();
        registry.Host = new Uri(app.Urls.Single()).Authority;
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    /// <summary>An image of these layers (as uncompressed archives), pushed gzipped.</summary>
    /// <returns>Digest of its configuration and of its manifest.</returns>
    public (string Id, string Digest) Push(string tag, IReadOnlyList<byte[]> layers, string type = OciManifest, string architecture = "amd64", string run = """{"Cmd":["/run"]}""")
    {
        var config = Encoding.UTF8.GetBytes($$"""{"architecture":"{{architecture}}","os":"linux","config":{{run}},"rootfs":{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(l => $"\"{Digests.Of(l)}\""))}}]} }""");
        var blobs = layers.Select(TarBuilder.Gzip).ToList();
        foreach (var blob in blobs.Append(config))
            Blobs[Digests.Of(blob)] = blob;
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{{Descriptor(config, type == OciManifest ? "application/vnd.oci.image.config.v1+json" : "application/vnd.docker.container.image.v1+json")}},"layers":[{{string.Join(',', blobs.Select(b => Descriptor(b, "application/vnd.oci.image.layer.v1.tar+gzip")))}}]}""");
        return (Digests.Of(config), PushManifest(tag, manifest, type));
    }

    public string PushManifest(string tag, byte[] manifest, string type)
    {
        var digest = Digests.Of(manifest);
        Manifests[tag] = Manifests[digest] = (manifest, type);
        return digest;
    }

    public string PushIndex(string tag, string type, params (string Digest, string Os, string Architecture)[] images)
    {
        var entries = images.Select(i => $$"""{"mediaType":"{{Manifests[i.Digest].Type}}","digest":"{{i.Digest}}","size":{{Manifests[i.Digest].Content.Length}},"platform":{"os":"{{i.Os}}","architecture":"{{i.Architecture}}"} }""");
        return PushManifest(tag, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}","manifests":[{{string.Join(',', entries)}}]}"""), type);
    }

    public static string Descriptor(byte[] blob, string type) => $$"""{"mediaType":"{{type}}","digest":"{{Digests.Of(blob)}}","size":{{blob.Length}}}""";

    public static async Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(body);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue((path, context.Request.Headers.Authorization, context.Request.Headers.Range));
        if (Intercept is { } intercept && await intercept(context))
            return;
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (path.Contains("/manifests/", StringComparison.Ordinal) && Manifests.TryGetValue(name, out var manifest))
        {
            context.Response.ContentType = manifest.Type;
            context.Response.Headers["Docker-Content-Digest"] = Digests.Of(manifest.Content);
            await context.Response.Body.WriteAsync(manifest.Content);
        }
        else if (path.Contains("/blobs/", StringComparison.Ordinal) && Blobs.TryGetValue(name, out var blob))
        {
            await WriteBlobAsync(context, blob, blob.Length);
        }
        else
        {
            await AnswerAsync(context, 404, """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
        }
    }

    /// <summary>From where the range says, as many bytes; then the connection breaks where that is not all.</summary>
    public async Task WriteBlobAsync(HttpContext context, byte[] blob, int most)
    {
        var from = 0;
        if (KnowsRanges && context.Request.GetTypedHeaders().Range is { Ranges.Count: 1 } range)
        {
            from = (int)range.Ranges.Single().From!.Value;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{blob.Length - 1}/{blob.Length}";
        }

        context.Response.ContentLength = blob.Length - from;
        var count = Math.Min(most, blob.Length - from);
        await context.Response.Body.WriteAsync(blob.AsMemory(from, count));
        await context.Response.Body.FlushAsync();
        if (count < blob.Length - from)
            context.Abort();
    }
}
