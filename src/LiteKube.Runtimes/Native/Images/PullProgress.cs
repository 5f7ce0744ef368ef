namespace LiteKube.Runtimes.Native.Images;

/// <param name="Layers">Of the image; those that were here already count as done.</param>
/// <param name="TotalBytes">Compressed bytes to download, without those that were here.</param>
internal sealed record PullProgress(string Reference, int Layers, int LayersDone, long DownloadedBytes, long TotalBytes);
