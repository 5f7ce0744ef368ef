namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>Every key that something on disk may need. The first one writes. Immutable.</summary>
internal sealed class KeyRing(IReadOnlyList<EncryptionKey> keys)
{
    public IReadOnlyList<EncryptionKey> Keys { get; } = keys;

    public EncryptionKey Writing => Keys[0];

    public EncryptionKey? Find(uint id)
    {
        foreach (var key in Keys)
        {
            if (key.Id == id)
                return key;
        }

        return null;
    }

    public KeyRing With(EncryptionKey writing) => new([writing, .. Keys]);

    public KeyRing OnlyWriting() => new([Writing]);
}
