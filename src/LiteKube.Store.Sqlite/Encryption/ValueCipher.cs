using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>
/// Seals values with AES-256-GCM: a mark, the key's id, a random nonce, the tag, the encrypted bytes. The record's key and revision are
/// authenticated with it, so that a value opens only where it was written. What does not start with the mark was written before there was
/// encryption and is read as it is. One thread at a time.
/// </summary>
internal sealed class ValueCipher(KeyFile file, KeyRing ring, IReadOnlyList<string> prefixes)
{
    private const int NonceSize = 12;
    private const int NonceAt = 8;
    private const int TagAt = NonceAt + NonceSize;
    private const int HeadSize = TagAt + EncryptionKey.TagSize;
    private const int LongestKeyOnStack = 512;

    private readonly byte[][] _prefixes = [.. prefixes.Select(Encoding.UTF8.GetBytes)];

    /// <summary>No JSON starts with a zero byte.</summary>
    private static ReadOnlySpan<byte> Mark => "\0lk1"u8;

    public KeyRing Ring { get; set; } = ring;

    public IReadOnlyList<string> Prefixes => prefixes;

    public bool Covers(ReadOnlySpan<byte> key)
    {
        foreach (var prefix in _prefixes)
        {
            if (key.StartsWith(prefix))
                return true;
        }

        return false;
    }

    /// <summary>Which key a stored value needs; null where it is not sealed.</summary>
    public static uint? KeyOf(ReadOnlySpan<byte> stored) =>
        stored.Length >= HeadSize && stored.StartsWith(Mark) ? BinaryPrimitives.ReadUInt32LittleEndian(stored[Mark.Length..]) : null;

    public byte[] Seal(ReadOnlySpan<byte> key, long revision, ReadOnlySpan<byte> value)
    {
        var writing = Ring.Writing;
        var result = GC.AllocateUninitializedArray<byte>(HeadSize + value.Length);
        Mark.CopyTo(result);
        BinaryPrimitives.WriteUInt32LittleEndian(result.AsSpan(Mark.Length), writing.Id);
        var nonce = result.AsSpan(NonceAt, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> place = key.Length <= LongestKeyOnStack ? stackalloc byte[key.Length + sizeof(long)] : new byte[key.Length + sizeof(long)];
        writing.Cipher.Encrypt(nonce, value, result.AsSpan(HeadSize), result.AsSpan(TagAt, EncryptionKey.TagSize), Place(place, key, revision));
        return result;
    }

    /// <exception cref="StoreUnavailableException">The key that it needs is not in the key file.</exception>
    /// <exception cref="CryptographicException">It was changed, or moved here from another record.</exception>
    public byte[] Open(ReadOnlySpan<byte> key, long revision, ReadOnlySpan<byte> stored)
    {
        if (KeyOf(stored) is not { } id)
            return stored.ToArray();
        var opening = Ring.Find(id) ?? throw new StoreUnavailableException(
            $"{file.Path}: the key {id:x8} is missing, which the record of revision {revision} is encrypted with; restore the file from the backup that belongs to the database");
        var value = GC.AllocateUninitializedArray<byte>(stored.Length - HeadSize);
        Span<byte> place = key.Length <= LongestKeyOnStack ? stackalloc byte[key.Length + sizeof(long)] : new byte[key.Length + sizeof(long)];
        opening.Cipher.Decrypt(stored.Slice(NonceAt, NonceSize), stored[HeadSize..], stored.Slice(TagAt, EncryptionKey.TagSize), value, Place(place, key, revision));
        return value;
    }

    private static Span<byte> Place(Span<byte> buffer, ReadOnlySpan<byte> key, long revision)
    {
        key.CopyTo(buffer);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[key.Length..], revision);
        return buffer;
    }
}
