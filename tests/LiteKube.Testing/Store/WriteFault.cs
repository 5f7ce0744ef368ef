using LiteKube.Store;

namespace LiteKube.Testing;

/// <summary>What a <see cref="FaultyStore"/> does to writes under a prefix, so many times or until it is disposed.</summary>
public sealed class WriteFault(string prefix, int times, Func<StoreWrite, CancellationToken, Task<WriteResult?>> act) : IDisposable
{
    private int _left = times;
    private int _hits;

    /// <summary>Writes it met so far.</summary>
    public int Hits => Volatile.Read(ref _hits);

    public void Dispose() => Volatile.Write(ref _left, 0);

    internal bool Takes(string key)
    {
        if (!key.StartsWith(prefix, StringComparison.Ordinal) || Interlocked.Decrement(ref _left) < 0)
            return false;
        Interlocked.Increment(ref _hits);
        return true;
    }

    /// <returns>The answer; null to let the write through.</returns>
    internal Task<WriteResult?> Act(StoreWrite write, CancellationToken cancellationToken) => act(write, cancellationToken);
}
