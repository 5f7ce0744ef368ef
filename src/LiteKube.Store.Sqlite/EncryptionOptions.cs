namespace LiteKube.Store.Sqlite;

/// <summary>Which values lie encrypted in the file, and with what.</summary>
public sealed record EncryptionOptions
{
    /// <summary>Made, readable by its owner only, where it is absent and nothing is encrypted yet.</summary>
    public required string KeyFile { get; init; }

    /// <summary>Values of keys that start with one of these.</summary>
    public required IReadOnlyList<string> Prefixes { get; init; }
}
