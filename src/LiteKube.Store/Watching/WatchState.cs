namespace LiteKube.Store.Watching;

internal enum WatchState
{
    /// <summary>Reads from history.</summary>
    Behind,

    /// <summary>Is in the watch tree; events are pushed.</summary>
    Live,

    /// <summary>Disposed, failed, or the store closed.</summary>
    Ended,
}
