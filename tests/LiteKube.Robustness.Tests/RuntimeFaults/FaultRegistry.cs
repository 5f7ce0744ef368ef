using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>
/// A registry on the loopback of a test host, whose images are made up as they are asked for: a shell, and below it files of a size that the name's seed
/// decides. It sends slowly enough that a pull takes a while.
/// </summary>
internal sealed class FaultRegistry : IAsyncDisposable
{
    private const int Port = 5000;
    private const int MostFiles = 120;
    private const int LargestFile = 60_000;
    private const int Piece = 256 * 1024;
    private const int KeptBlobs = 64;
    private const string Gzipped = "application/vnd.oci.image.layer.v1.tar+gzip";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(15);
    private static readonly string[] s_applets = ["sh", "sleep", "true", "cat", "echo"];

    private readonly WebApplication _app;
    private readonly IDisposable _socket;
    private readonly (byte[] Blob, string DiffId) _shell = Layer(WriteShell);
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _made = new();

    private FaultRegistry(WebApplication app, IDisposable socket)
    {
        _app = app;
        _socket = socket;
        _blobs[Digest(_shell.Blob)] = _shell.Blob;
    }

    /// <param name="seed">Another image for each.</param>
    public static string ImageOf(int seed) => $"127.0.0.1:{Port}/fault/image:{seed}";

    public static async Task<FaultRegistry> StartAsync(string networkNamespace)
    {
        var socket = NamespaceSockets.Bind(networkNamespace, new IPEndPoint(IPAddress.Loopback, Port));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenHandle((ulong)socket.SafeHandle.DangerousGetHandle()));
        var app = builder.Build();
        var registry = new FaultRegistry(app, socket);
        app.Run(registry.ServeAsync);
        await app.StartAsync();
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
        _socket.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (path.Contains("/manifests/", StringComparison.Ordinal))
        {
            var manifest = int.TryParse(name, out var seed) ? Make(seed) : _blobs.GetValueOrDefault(name);
            if (manifest is not null)
            {
                context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
                context.Response.Headers["Docker-Content-Digest"] = Digest(manifest);
                await context.Response.Body.WriteAsync(manifest);
                return;
            }
        }
        else if (path.Contains("/blobs/", StringComparison.Ordinal) && _blobs.TryGetValue(name, out var blob))
        {
            await SendAsync(context, blob);
            return;
        }

        context.Response.StatusCode = path == "/v2/" ? 200 : 404;
    }

    private static async Task SendAsync(HttpContext context, byte[] blob)
    {
        var from = 0;
        if (context.Request.GetTypedHeaders().Range is { Ranges.Count: 1 } range)
        {
            from = (int)range.Ranges.Single().From!.Value;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{blob.Length - 1}/{blob.Length}";
        }

        context.Response.ContentLength = blob.Length - from;
        for (; from < blob.Length; from += Piece)
        {
            await context.Response.Body.WriteAsync(blob.AsMemory(from, Math.Min(Piece, blob.Length - from)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(s_pause, context.RequestAborted);
        }
    }

    /// <summary>The same seed gives the same bytes, so that a blob that was forgotten can be made again.</summary>
    private byte[] Make(int seed)
    {
        var own = Layer(tar => WriteFiles(tar, new Random(seed)));
        var config = Encoding.UTF8.GetBytes($$"""{"architecture":"{{Architecture}}","os":"linux","config":{"Cmd":["/bin/sh"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["{{_shell.DiffId}}","{{own.DiffId}}"]} }""");
        var manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Descriptor(config, "application/vnd.oci.image.config.v1+json")}},"layers":[{{Descriptor(_shell.Blob, Gzipped)}},{{Descriptor(own.Blob, Gzipped)}}]}""");
        foreach (var blob in (byte[][])[own.Blob, config, manifest])
        {
            _blobs[Digest(blob)] = blob;
            _made.Enqueue(Digest(blob));
        }

        while (_made.Count > KeptBlobs && _made.TryDequeue(out var old))
            _blobs.TryRemove(old, out _);
        return manifest;
    }

    private static string Architecture => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    private static string Descriptor(byte[] blob, string type) => $$"""{"mediaType":"{{type}}","digest":"{{Digest(blob)}}","size":{{blob.Length}}}""";

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static (byte[] Blob, string DiffId) Layer(Action<TarWriter> write)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
            write(writer);
        var blob = new MemoryStream();
        using (var gzip = new GZipStream(blob, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.ToArray());
        return (blob.ToArray(), Digest(tar.ToArray()));
    }

    private static void WriteShell(TarWriter tar)
    {
        foreach (var directory in (string[])["bin", "etc", "tmp"])
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, directory) { Mode = (UnixFileMode)0b111_101_101 });
        using var busybox = File.OpenRead("/bin/busybox");
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "bin/busybox") { Mode = (UnixFileMode)0b111_101_101, DataStream = busybox });
        foreach (var applet in s_applets)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
    }

    private static void WriteFiles(TarWriter tar, Random random)
    {
        tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "data") { Mode = (UnixFileMode)0b111_101_101 });
        var files = random.Next(1, MostFiles);
        for (var i = 0; i < files; i++)
        {
            var content = new byte[random.Next(LargestFile)];
            random.NextBytes(content);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"data/{i}") { Mode = (UnixFileMode)0b110_100_100, DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
        }
    }
}
