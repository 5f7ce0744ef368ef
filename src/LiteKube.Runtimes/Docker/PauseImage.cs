using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;

namespace LiteKube.Runtimes.Docker;

/// <summary>
/// The image of sandboxes, made here in memory and loaded into the engine, so that a cluster comes up without any network. The same bytes give the
/// same image id each time.
/// </summary>
internal sealed class PauseImage(ImageOperations images) : IDisposable
{
    public const string Repository = "litekube/pause";
    public const string Reference = Repository + ":" + Version;
    private const string Version = "1";

    private readonly SemaphoreSlim _loading = new(1, 1);

    /// <summary>Loads the image unless the engine has it.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await images.InspectAsync(Reference, cancellationToken).ConfigureAwait(false) is null)
                await images.LoadAsync(BuildTar(ReadProgram(), ArchitectureName()), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();

    /// <summary>An archive as <c>docker load</c> takes it: manifest, configuration, one layer with one file.</summary>
    internal static byte[] BuildTar(byte[] program, string architecture)
    {
        var layer = new TarArchive();
        layer.Add("pause", program, executable: true);
        var layerBytes = layer.ToArray();
        var config = Encoding.UTF8.GetBytes(
            $$"""
            {"architecture":"{{architecture}}","os":"linux","created":"2000-01-01T00:00:00Z","config":{"Entrypoint":["/pause"],"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":["sha256:{{Hash(layerBytes)}}"]},"history":[{"created":"2000-01-01T00:00:00Z","created_by":"litekube"}]}
            """);
        var configName = Hash(config) + ".json";
        var archive = new TarArchive();
        archive.Add("layer.tar", layerBytes, executable: false);
        archive.Add(configName, config, executable: false);
        archive.Add("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":["{{Reference}}"],"Layers":["layer.tar"]}]"""), executable: false);
        return archive.ToArray();
    }

    private static byte[] ReadProgram()
    {
        var name = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "pause.arm64" : "pause.x64";
        using var resource = typeof(PauseImage).Assembly.GetManifestResourceStream(name)
            ?? throw new RuntimeException(RuntimeError.Failed, $"this build of LiteKube has no pause program for {RuntimeInformation.ProcessArchitecture}");
        var program = new byte[resource.Length];
        resource.ReadExactly(program);
        return program;
    }

    private static string ArchitectureName() => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
