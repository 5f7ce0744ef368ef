using System.Collections.Concurrent;

namespace LiteKube.Api.Apply;

/// <summary>
/// Field sets by their encoded form. The objects of one kind that one controller writes have the same few sets, so most decoding is a look-up, and the
/// sets share one copy of their bytes.
/// </summary>
internal static class FieldSetCache
{
    private const int MostSets = 2048;

    /// <summary>Longer ones are seldom shared.</summary>
    private const int LongestSet = 8 * 1024;

    private static readonly ConcurrentDictionary<byte[], FieldSet> s_sets = new(new Bytes());
    private static readonly ConcurrentDictionary<byte[], FieldSet>.AlternateLookup<ReadOnlySpan<byte>> s_bySpan = s_sets.GetAlternateLookup<ReadOnlySpan<byte>>();
    private static int s_count;

    /// <exception cref="FormatException">Not FieldsV1.</exception>
    public static FieldSet Of(ReadOnlySpan<byte> json)
    {
        if (s_bySpan.TryGetValue(json, out var known))
            return known;
        var made = FieldSetCodec.Read(json);
        if (json.Length > LongestSet)
            return made;

        // What callers write is not always what this server would: the key is theirs, the set's own form is made of the set.
        if (Interlocked.Increment(ref s_count) > MostSets)
        {
            s_sets.Clear();
            Volatile.Write(ref s_count, 1);
        }

        return s_sets.GetOrAdd(made.Json.Span.SequenceEqual(json) ? made.JsonArray : json.ToArray(), made);
    }

    private sealed class Bytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? left, byte[]? right) => left.AsSpan().SequenceEqual(right);

        public int GetHashCode(byte[] bytes) => GetHashCode((ReadOnlySpan<byte>)bytes);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
