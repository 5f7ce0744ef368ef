using System.Runtime.InteropServices;
using System.Text.Json;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>Reads manifests, and chooses this machine's among those of an index.</summary>
internal static class ManifestParser
{
    public const int MaxBytes = 4 << 20;
    private const long MaxLayerBytes = 64L << 30;

    public static string Architecture { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <param name="type">As the registry or the descriptor says; null where nobody said.</param>
    /// <exception cref="RuntimeException">ImagePull, with what is wrong.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> json, string? type)
    {
        Manifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, RegistryJson.Default.Manifest) ?? throw Refused("it is null");
        }
        catch (JsonException e)
        {
            throw Refused($"it is not the JSON expected ({e.Message})");
        }

        if (MediaTypes.IsSchema1(type) || MediaTypes.IsSchema1(manifest.MediaType) || manifest.SchemaVersion == 1)
            throw Refused("it is of Docker's old schema 1, which has no digests of the image's content: push the image again with a Docker of this decade");
        if (manifest.SchemaVersion != 2)
            throw Refused($"its schemaVersion is {manifest.SchemaVersion}, and 2 is the one there is");

        if (manifest.Layers?.Contains(null!) == true || manifest.Manifests?.Contains(null!) == true)
            throw Refused("it has null where a descriptor is meant");

        // One document with two meanings would be two images under one digest.
        var isIndex = manifest.Manifests is not null;
        if (isIndex == (manifest.Layers is not null || manifest.Config is not null))
            throw Refused("it is neither an image manifest nor an index, or both");
        foreach (var said in new[] { type, manifest.MediaType })
        {
            if ((MediaTypes.IsIndex(said) && !isIndex) || (MediaTypes.IsManifest(said) && isIndex))
                throw Refused($"it is called {said} and is not that");
        }

        if (!isIndex)
            CheckImage(manifest);
        return manifest;
    }

    /// <summary>The manifest of this machine's platform.</summary>
    public static Descriptor Choose(Manifest index)
    {
        var ours = index.Manifests!.FirstOrDefault(m => m.Platform is { Os: "linux" } p && p.Architecture == Architecture && p.Variant is null or "" or "v8" or "v1");
        if (ours is null)
        {
            var there = index.Manifests!.Select(m => m.Platform).Where(p => p is { Os: not (null or "unknown") })
                .Select(p => $"{p!.Os}/{p.Architecture}{(p.Variant is { Length: > 0 } v ? "/" + v : "")}").Distinct(StringComparer.Ordinal).ToList();
            throw new RuntimeException(RuntimeError.ImagePull, $"no match for platform linux/{Architecture} in manifest: there is {(there.Count == 0 ? "none at all" : string.Join(", ", there))}");
        }

        return Digests.IsSha256(ours.Digest) ? ours : throw Refused($"the digest \"{ours.Digest}\" is not a sha256 digest");
    }

    private static void CheckImage(Manifest manifest)
    {
        if (manifest.Config is not { } config || manifest.Layers is not { } layers)
            throw Refused("it has no config or no layers");
        if (config.MediaType is { Length: > 0 } kind && kind is not (MediaTypes.OciConfig or MediaTypes.DockerConfig or "application/octet-stream"))
            throw Refused($"it is not of a container image but of something else ({kind})");
        foreach (var blob in layers.Prepend(config))
        {
            if (!Digests.IsSha256(blob.Digest))
                throw Refused($"the digest \"{blob.Digest}\" is not a sha256 digest");
            if (blob.Size is < 0 or > MaxLayerBytes)
                throw Refused($"the blob {blob.Digest} has the size {blob.Size}");
        }

        if (layers.FirstOrDefault(l => l.MediaType?.EndsWith("+encrypted", StringComparison.Ordinal) == true) is { } encrypted)
            throw Refused($"the layer {encrypted.Digest} is encrypted");
    }

    private static RuntimeException Refused(string why) => new(RuntimeError.ImagePull, "the image's manifest is refused: " + why);
}
