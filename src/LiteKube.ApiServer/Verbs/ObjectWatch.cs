using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using LiteKube.Api;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Selection;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;

namespace LiteKube.ApiServer.Verbs;

/// <summary>
/// One watch: the initial state where asked for, then every change after it, as the watcher's selection sees them. Ends at its deadline; throws
/// <see cref="WatcherTooSlowException"/> where the reader falls behind.
/// </summary>
internal sealed class ObjectWatch(ServedResource resource, ObjectSelection selection, IStoreWatch events, ObjectStorage storage, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_bookmarkPeriod = TimeSpan.FromMinutes(1);

    public ServedResource Resource => resource;

    public required TimeSpan Timeout { get; init; }

    public required bool Bookmarks { get; init; }

    /// <summary>Events up to this revision are not sent: the state they lead to is in <see cref="Initial"/>, or the client has it.</summary>
    public required long AfterRevision { get; init; }

    /// <summary>Sent as ADDED first.</summary>
    public IReadOnlyList<KubeObject> Initial { get; init; } = [];

    /// <summary>Close the initial events with a bookmark that says so.</summary>
    public bool MarkInitialEnd { get; init; }

    public async IAsyncEnumerable<ObjectEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var item in Initial)
            yield return new ObjectEvent(ObjectEventType.Added, item);
        if (MarkInitialEnd)
            yield return Bookmark(AfterRevision, initialEnd: true);

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var alarm = new WatchAlarm(time, Timeout, Bookmarks ? s_bookmarkPeriod : System.Threading.Timeout.InfiniteTimeSpan, cancellationToken);
        var retirement = EndWithResourceAsync(alarm, ends.Token);
        var seen = AfterRevision;
        try
        {
            while (true)
            {
                // Read before the events: whatever it counts is in the channel by then, so after draining it nothing up to it is missing.
                seen = Math.Max(seen, storage.Revision);
                while (events.Events.TryRead(out var change))
                {
                    seen = Math.Max(seen, change.Revision);
                    if (resource.Custom is not null)
                        await ReadyAsync(change, cancellationToken);
                    if (change.Revision > AfterRevision && See(change) is { } visible)
                        yield return visible;
                }

                if (alarm.IsOver)
                    break;
                if (alarm.TakeTick())
                    yield return Bookmark(seen, initialEnd: false);
                if (!await WaitAsync(alarm.Token, cancellationToken))
                    break;
            }

            if (Bookmarks)
                yield return Bookmark(seen, initialEnd: false);
        }
        finally
        {
            await ends.CancelAsync();
            await retirement;
        }
    }

    /// <inheritdoc cref="IStoreWatch.SharesTurns"/>
    public void ShareTurns() => events.SharesTurns = true;

    public void Dispose() => events.Dispose();

    /// <summary>An object that comes into the selection is added to this watcher's world, one that leaves it is deleted from it.</summary>
    private ObjectEvent? See(StoreEvent change)
    {
        var now = change.Entry is { } entry ? StoredObject.Of(entry).As(resource) : null;
        if (selection.IsEverything)
        {
            return now is null ? new ObjectEvent(ObjectEventType.Deleted, Last(change))
                : new ObjectEvent(change.Previous is null ? ObjectEventType.Added : ObjectEventType.Modified, now);
        }

        var was = change.Previous is { } previous && selection.Matches(StoredObject.Of(previous).As(resource));
        if (now is not null && selection.Matches(now))
            return new ObjectEvent(was ? ObjectEventType.Modified : ObjectEventType.Added, now);
        return was ? new ObjectEvent(ObjectEventType.Deleted, Last(change)) : null;
    }

    /// <returns>False where there will be no more events. True: there are some, or the alarm went off.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync(CancellationToken alarm, CancellationToken cancellationToken)
    {
        try
        {
            return await events.Events.WaitToReadAsync(alarm);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>The watch of a custom resource ends when its definition is no longer what it was.</summary>
    private async Task EndWithResourceAsync(WatchAlarm alarm, CancellationToken watchEnds)
    {
        if (resource.Custom is not { } custom)
            return;
        await custom.Retired.WaitAsync(watchEnds).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!watchEnds.IsCancellationRequested)
            alarm.End();
    }

    private async ValueTask ReadyAsync(StoreEvent change, CancellationToken cancellationToken)
    {
        if (change.Entry is { } entry)
            await storage.ReadyAsync(resource, StoredObject.Of(entry), cancellationToken);
        if (change.Previous is { } previous)
            await storage.ReadyAsync(resource, StoredObject.Of(previous), cancellationToken);
    }

    private KubeObject Last(StoreEvent change) => StoredObject.Of(change.Previous!).Tombstone(resource, change.Revision);

    private ObjectEvent Bookmark(long revision, bool initialEnd)
    {
        var annotations = initialEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        var json = string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"{resource.Type.Kind}\",\"apiVersion\":\"{resource.Type.ApiVersion}\",\"metadata\":{{\"resourceVersion\":\"{revision}\",\"creationTimestamp\":null{annotations}}}}}");
        return new ObjectEvent(initialEnd ? ObjectEventType.InitialEventsEnd : ObjectEventType.Bookmark, new KubeObject(Encoding.UTF8.GetBytes(json)));
    }
}
