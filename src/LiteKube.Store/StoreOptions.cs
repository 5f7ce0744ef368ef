namespace LiteKube.Store;

/// <summary>How much of the past a store keeps, and when relaxed writes reach the disk. The defaults suit a node with 512 MB of memory.</summary>
public record StoreOptions
{
    /// <summary>Reads and watches can start this far in the past, unless <see cref="HistoryBytes"/> is reached first.</summary>
    public TimeSpan HistoryWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most bytes of replaced and deleted versions kept on disk; above it the oldest go before the window ends.</summary>
    public long HistoryBytes { get; init; } = 128L << 20;

    /// <summary>Most bytes of past events held in memory; older ones are read back from the log.</summary>
    public long HistoryMemoryBytes { get; init; } = 16L << 20;

    /// <summary>Longest time that a <see cref="Durability.Relaxed"/> write waits in memory for a committed write to go with.</summary>
    public TimeSpan RelaxedFlushInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Relaxed writes waiting in memory beyond this are flushed at once.</summary>
    public long RelaxedFlushBytes { get; init; } = 1L << 20;

    /// <summary>Live events buffered for one watcher. A watcher further behind is fed from history.</summary>
    public int WatchBuffer { get; init; } = 512;
}
