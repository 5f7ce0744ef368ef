namespace LiteKube.Store.Watching;

/// <summary>The watchers that a batch of writes wakes. Added to under the lock of <see cref="WatchHub"/>, run by the writer thread after it.</summary>
internal sealed class WakeList
{
    /// <summary>As many as share a turn: enough that the thread is well used, few enough that several processors take part.</summary>
    private const int TurnSize = 64;

    private readonly List<StoreWatch> _sharing = [];
    private readonly List<StoreWatch> _alone = [];

    public void Add(StoreWatch watch) => (watch.SharesTurns ? _sharing : _alone).Add(watch);

    public void Run()
    {
        foreach (var watch in _alone)
            ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Wake(), watch, preferLocal: false);
        _alone.Clear();
        for (var from = 0; from < _sharing.Count; from += TurnSize)
            ThreadPool.UnsafeQueueUserWorkItem(new Turn(_sharing[from..Math.Min(from + TurnSize, _sharing.Count)]), preferLocal: false);
        _sharing.Clear();
    }

    private sealed class Turn(List<StoreWatch> watches) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            foreach (var watch in watches)
                watch.Wake();
        }
    }
}
