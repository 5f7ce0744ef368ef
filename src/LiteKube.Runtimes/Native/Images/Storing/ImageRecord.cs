namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>An image that is whole: its configuration is a blob, its layers are unpacked. Never changes.</summary>
/// <param name="Id">Digest of the configuration.</param>
/// <param name="Manifest">Digest of the manifest it came by; null for images that came without.</param>
/// <param name="Layers">The digests of the uncompressed layers, lowest first; one may come twice.</param>
internal sealed record ImageRecord(string Id, string? Manifest, IReadOnlyList<string> Layers, long SizeBytes)
{
    /// <summary>A directory lies above the layers, with what they leave to each other.</summary>
    public bool HasSeam { get; init; }
}
