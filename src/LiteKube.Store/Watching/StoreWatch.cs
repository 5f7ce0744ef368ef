using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace LiteKube.Store.Watching;

/// <summary>
/// One watcher. While it keeps up, events are pushed into its bounded buffer. When the buffer is full, and at its start, it is behind:
/// nothing is pushed, and its reader takes pages from history until it has caught up. So a slow watcher costs its buffer and no more,
/// and fails only when the history that it needs next is given up.
/// </summary>
internal sealed class StoreWatch(WatchHub hub, string prefix, long after, int buffer) : ChannelReader<StoreEvent>, IStoreWatch
{
    // Entered in this order: the readers', the hub's, the buffer's.
    private readonly Lock _readers = new();
    private readonly Queue<StoreEvent> _page = new();
    private readonly LiveBuffer _live = new(buffer);
    private volatile WatchState _state = WatchState.Behind;

    public string Prefix { get; } = prefix;

    public bool SharesTurns { get; set; }

    public ChannelReader<StoreEvent> Events => this;

    public override Task Completion => _live.Completion;

    public override bool CanCount => false;

    /// <summary>Every event under the prefix up to this revision was handed over. Guarded by the lock of the hub.</summary>
    internal long Position { get; private set; } = after;

    internal WatchState State => _state;

    /// <summary>Never false while an event up to the store's revision, as it was before the call, is unread.</summary>
    public override bool TryRead([MaybeNullWhen(false)] out StoreEvent item)
    {
        lock (_readers)
        {
            // The page, once taken, is older than anything in the buffer: pages are taken only while the buffer is empty and unfed.
            do
            {
                if (_page.TryDequeue(out item) || _live.TryTake(out item))
                    return true;
            }
            while (TryCatchUp());
            return false;
        }
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellationToken);
        lock (_readers)
        {
            do
            {
                if (_page.Count > 0)
                    return ValueTask.FromResult(true);
            }
            while (_live.IsEmpty && TryCatchUp());
        }

        return _live.WaitAsync(cancellationToken);
    }

    public void Dispose() => hub.Leave(this);

    /// <summary>Called with the lock of the hub held, in order of revision.</summary>
    /// <param name="wake">Whether somebody waits, who is to be woken by <see cref="Wake"/>.</param>
    /// <returns>False when the buffer is full: the watcher is behind from here on.</returns>
    internal bool Offer(StoreEvent e, out bool wake)
    {
        wake = false;
        if (e.Revision <= Position)
            return true;
        if (!_live.TryAdd(e, out wake))
        {
            _state = WatchState.Behind;
            return false;
        }

        Position = e.Revision;
        return true;
    }

    /// <summary>Runs the reader that waits, on this thread.</summary>
    internal void Wake() => _live.Wake();

    /// <summary>Called with the lock of the hub held.</summary>
    internal void Advance(long position) => Position = position;

    /// <summary>Called with the lock of the hub held.</summary>
    internal void GoLive() => _state = WatchState.Live;

    /// <summary>Called with the lock of the hub held.</summary>
    internal void End(Exception? error)
    {
        _state = WatchState.Ended;
        _live.End(error);
    }

    /// <returns>Whether to look again for events.</returns>
    private bool TryCatchUp()
    {
        if (_state != WatchState.Behind)
            return false;

        // It may have fallen behind just after the buffer was found empty: what was pushed until then comes first.
        if (_live.IsEmpty)
            hub.CatchUp(this, _page);
        return true;
    }
}
