namespace LiteKube.Node.Volumes;

internal sealed record VolumeFailure(string Volume, string Message);
