using System.Threading.Channels;

namespace LiteKube.Store;

/// <summary>
/// A running watch. A slow reader costs a bounded buffer and is then fed from history; the channel completes with
/// <see cref="WatcherTooSlowException"/> only when the history that it would need next is given up. It completes without error when the
/// watch or the store is disposed.
/// </summary>
public interface IStoreWatch : IDisposable
{
    /// <summary>
    /// <see cref="ChannelReader{T}.TryRead"/> is false only once every event up to <see cref="IStore.Revision"/>, as it was before the call,
    /// has been read: a bookmark of that revision is then true.
    /// </summary>
    ChannelReader<StoreEvent> Events { get; }

    /// <summary>
    /// The reader never blocks and does little before it waits again: when an event wakes many such, a few threads run them one after the other,
    /// since waking a thread for each costs more than what it does then. Others are each run by themselves.
    /// </summary>
    bool SharesTurns { get; set; }
}
