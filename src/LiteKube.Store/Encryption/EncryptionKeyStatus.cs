namespace LiteKube.Store;

/// <param name="Records">Present and past versions that need this key.</param>
public sealed record EncryptionKeyStatus(string Id, DateTimeOffset Created, long Records);
