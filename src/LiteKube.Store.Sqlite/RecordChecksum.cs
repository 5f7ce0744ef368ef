using System.Numerics;
using System.Runtime.InteropServices;

namespace LiteKube.Store.Sqlite;

/// <summary>CRC-32C over all that a record says. SQLite checks its write-ahead log, but not what lies in the database file for years.</summary>
internal static class RecordChecksum
{
    public static uint Of(long revision, long previous, long created, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var sum = BitOperations.Crc32C(uint.MaxValue, (ulong)revision);
        sum = BitOperations.Crc32C(sum, (ulong)previous);
        sum = BitOperations.Crc32C(sum, (ulong)created);
        return Add(Add(sum, key), value);
    }

    private static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            sum = BitOperations.Crc32C(sum, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            sum = BitOperations.Crc32C(sum, rest);
        return BitOperations.Crc32C(sum, (uint)bytes.Length);
    }
}
