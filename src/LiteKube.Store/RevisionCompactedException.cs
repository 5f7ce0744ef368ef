namespace LiteKube.Store;

public sealed class RevisionCompactedException(long asked, long compacted)
    : Exception($"revision {asked} is no longer held: history up to {compacted} is gone")
{
    public long Compacted { get; } = compacted;
}
