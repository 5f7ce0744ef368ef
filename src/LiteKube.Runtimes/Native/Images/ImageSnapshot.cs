namespace LiteKube.Runtimes.Native.Images;

/// <summary>What a container is made from.</summary>
/// <param name="Id">Content id, <c>sha256:…</c>: the digest of the image's configuration.</param>
/// <param name="LayerDirectories">Absolute paths, lowest first, in the form overlayfs wants as lower directories. Never written to, shared between images, and there for as long as the image is held.</param>
internal sealed record ImageSnapshot(string Id, IReadOnlyList<string> LayerDirectories, ImageConfig Config);
