namespace LiteKube.Runtimes.Native.Images.Storing;

/// <summary>An archive of the bundle directory that was imported.</summary>
internal sealed record BundleRecord(string Path, long Bytes, DateTimeOffset Modified, IReadOnlyList<string> ImageIds);
