using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>One AES-256 key. Its id is random and stands in every value that it sealed. Not for two threads at once.</summary>
internal sealed class EncryptionKey(uint id, DateTimeOffset created, byte[] secret)
{
    public const int SecretSize = 32;
    public const int TagSize = 16;

    public uint Id { get; } = id;

    public DateTimeOffset Created { get; } = created;

    public ReadOnlySpan<byte> Secret => secret;

    public string Name => Id.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    public AesGcm Cipher { get; } = new(secret, TagSize);

    public static EncryptionKey Make(TimeProvider time) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(4)), time.GetUtcNow(), RandomNumberGenerator.GetBytes(SecretSize));
}
