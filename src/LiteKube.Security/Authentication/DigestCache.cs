using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LiteKube.Security.Authentication;

/// <summary>What costly checks of credentials found, by the SHA-256 of the credential so that none is kept. Emptied when full: an attacker can only make it cold.</summary>
internal sealed class DigestCache<T>(int capacity)
{
    private readonly ConcurrentDictionary<Digest, T> _entries = new();

    public bool TryGet(Digest digest, out T value) => _entries.TryGetValue(digest, out value!);

    public void Add(Digest digest, T value)
    {
        if (_entries.Count >= capacity)
            _entries.Clear();
        _entries[digest] = value;
    }
}

internal readonly record struct Digest(UInt128 High, UInt128 Low)
{
    public static Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return new Digest(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
