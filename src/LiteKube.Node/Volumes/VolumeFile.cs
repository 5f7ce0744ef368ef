namespace LiteKube.Node.Volumes;

/// <param name="Owner">The user that shall own it; null for LiteKube's own.</param>
internal sealed record VolumeFile(byte[] Content, UnixFileMode Mode, long? Owner);
