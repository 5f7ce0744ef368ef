using LiteKube.Store;

namespace LiteKube.Store.Tests.Crash;

/// <summary>What a disk may hold at one moment: of each file any mix of the sectors that are surely on it and those that may be.</summary>
/// <param name="Least">The events that must be found after a power cut now.</param>
/// <param name="Most">Those that may be.</param>
internal sealed record DiskMoment(byte[] OldDatabase, byte[] NewDatabase, byte[] OldWal, byte[] NewWal, IReadOnlyList<StoreEvent> Least, IReadOnlyList<StoreEvent> Most)
{
    private const int Sector = 512;

    public void Write(string path, Random random)
    {
        File.WriteAllBytes(path, Mix(OldDatabase, NewDatabase, random));
        File.WriteAllBytes(path + "-wal", Mix(OldWal, NewWal, random));
    }

    private static byte[] Mix(byte[] old, byte[] now, Random random)
    {
        // All, none, the first so many, or any: disks reorder what waits in their caches.
        var (from, chance) = random.Next(4) switch { 0 => (0, 0.0), 1 => (0, 1.0), 2 => (random.Next((now.Length / Sector) + 1), 0.0), _ => (0, random.NextDouble()) };
        var mixed = new byte[random.Next(2) == 0 ? old.Length : now.Length];
        for (var at = 0; at < mixed.Length; at += Sector)
        {
            var size = Math.Min(Sector, mixed.Length - at);
            var isNew = (at / Sector) < from || random.NextDouble() < chance;
            Copy(isNew ? now : old, at, mixed.AsSpan(at, size));
        }

        return mixed;
    }

    /// <summary>What a file does not have there reads as zeros.</summary>
    private static void Copy(byte[] source, int at, Span<byte> target)
    {
        if (at < source.Length)
            source.AsSpan(at, Math.Min(target.Length, source.Length - at)).CopyTo(target);
    }
}
