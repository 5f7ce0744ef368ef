namespace LiteKube.Node.Runtime;

/// <param name="Layers">Of the image; those that were here already count as done.</param>
/// <param name="TotalBytes">Compressed bytes to download, without those that were here.</param>
public sealed record PullProgress(string Reference, int Layers, int LayersDone, long DownloadedBytes, long TotalBytes);
