namespace LiteKube.Store.Writing;

/// <summary>Writes waiting for the writer thread, and its alarm clock.</summary>
internal sealed class WriteQueue
{
    private const int MaxBatch = 4096;
    private const long MaxBatchBytes = 8L << 20;

    private readonly object _lock = new();
    private readonly Queue<WriteRequest> _waiting = new();
    private bool _nudged;
    private bool _closed;
    private Exception? _abandoned;

    public void Add(WriteRequest request)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(IStore));
            if (_abandoned is { } error)
            {
                request.SetException(error);
                return;
            }

            _waiting.Enqueue(request);
            if (_waiting.Count == 1)
                Monitor.Pulse(_lock);
        }
    }

    /// <summary>Wakes the writer thread for other work.</summary>
    public void Nudge()
    {
        lock (_lock)
        {
            _nudged = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>No more writes; those waiting are still made.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Nobody will take what waits, nor anything later: all of it fails.</summary>
    public void Abandon(Exception error)
    {
        lock (_lock)
        {
            _abandoned = error;
            while (_waiting.TryDequeue(out var request))
                request.TrySetException(error);
        }
    }

    /// <summary>Takes all that waits, up to a sane size of one transaction. Empty after a nudge, the patience's end or the close.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public bool Take(List<WriteRequest> batch, int patienceMilliseconds)
    {
        batch.Clear();
        lock (_lock)
        {
            if (_waiting.Count == 0 && !_nudged && !_closed)
                Monitor.Wait(_lock, patienceMilliseconds);
            _nudged = false;
            long bytes = 0;
            while (batch.Count < MaxBatch && bytes < MaxBatchBytes && _waiting.TryDequeue(out var request))
            {
                batch.Add(request);
                bytes += request.Write.Value?.Length ?? 0;
            }

            return batch.Count > 0 || !_closed;
        }
    }
}
