using LiteKube.Store.Index;
using LiteKube.Store.Log;
using LiteKube.Store.Watching;
using LiteKube.Store.Writing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Store;

/// <summary>
/// A store whose present entries and recent events are in memory, over a log that makes writes durable. See DESIGN.md.
/// Every member but <see cref="OpenAsync"/> needs the store open.
/// </summary>
public sealed class LogStore(IStoreLog log, StoreOptions options, TimeProvider time, ILogger<LogStore> logger) : IStore
{
    private readonly Lock _closing = new();
    private WatchHub? _hub;
    private StoreWriter? _writer;
    private bool _closed;

    public long Revision => Hub.Revision;

    public long Shown => Hub.Current.Revision;

    public long CompactedRevision => Hub.Compacted;

    private WatchHub Hub => _hub ?? throw new InvalidOperationException($"the store {log.Name} is not open yet");

    /// <exception cref="StoreCorruptException">What is on disk cannot be trusted.</exception>
    /// <exception cref="StoreUnavailableException">The disk or file cannot be used.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken) =>
        await Task.Run(() => Open(cancellationToken), cancellationToken).ConfigureAwait(false);

    public ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken) => new(Hub.Current.Entries.Find(key));

    public ValueTask<StorePage> ListAsync(StoreQuery query, CancellationToken cancellationToken) => new(Hub.List(query));

    public ValueTask<WriteResult> WriteAsync(StoreWrite write, CancellationToken cancellationToken)
    {
        _ = Hub;
        return new(_writer!.WriteAsync(write, cancellationToken));
    }

    public IStoreWatch Watch(string prefix, long afterRevision) => Hub.Watch(prefix, afterRevision);

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        Hub.Compact(revision);
        _writer!.Sweep();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes every write that was accepted durable, ends the watches and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_closing)
        {
            if (_closed)
                return;
            _closed = true;
        }

        if (_writer is null)
        {
            log.Dispose();
            return;
        }

        _writer.Stop();
        try
        {
            await _writer.Stopped.ConfigureAwait(false);
        }
        finally
        {
            _hub!.Close();
            _writer.Dispose();
        }
    }

    private void Open(CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var contents = log.Load(cancellationToken);
        var header = Recover(contents);
        contents.Entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        var entries = EntryTree.Build(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(contents.Entries));
        var revision = Math.Max(contents.LastRevision, header.Reserved);
        _hub = new WatchHub(log, options, new Snapshot(entries, revision), header);
        _writer = new StoreWriter(log, _hub, options, header, time, logger);
        _writer.Start();
        StoreMessages.Opened(logger, log.Name, entries.Count, revision, header.Compacted, time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>
    /// Revisions above the newest record and up to the reserve may have been shown and then lost. They are never given out again, and
    /// whoever saw one of them cannot resume from there, but starts over and so learns that the write is gone. One such gap is remembered;
    /// if an earlier one is still within the history, the history before it is given up.
    /// </summary>
    private LogHeader Recover(LogContents contents)
    {
        var (header, last) = (contents.Header, contents.LastRevision);
        if (header.Reserved <= last || (header.LostAfter == last && header.LostThrough == header.Reserved))
            return header;
        StoreMessages.Lost(logger, log.Name, last, header.Reserved);
        header = header with
        {
            Compacted = Math.Max(header.Compacted, header.LostThrough),
            LostAfter = last,
            LostThrough = header.Reserved,
        };
        log.Append([], header);
        return header;
    }
}
