using LiteKube.Store.History;
using LiteKube.Store.Log;
using LiteKube.Store.Watching;
using Microsoft.Extensions.Logging;

namespace LiteKube.Store.Writing;

/// <summary>
/// The one thread that writes. Each round takes every waiting write, decides them in order, makes those that want it durable in one
/// transaction, publishes all at once and only then answers. Nobody waits for a timer: while one transaction syncs, the next batch gathers.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private const int IdleSweep = 128;
    private const int IdlePatience = 10;

    private readonly IStoreLog _log;
    private readonly WatchHub _hub;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WriteQueue _queue = new();
    private readonly List<WriteRequest> _batch = [];
    private readonly PendingWrites _pending;
    private readonly HistoryMarks _marks;
    private readonly ITimer _flushTimer;
    private readonly ITimer _historyTimer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _flushTimed;
    private bool _historyTimed;
    private int _historyTicks;
    private bool _sweeping = true;
    private bool _tidy;
    private bool _failing;

    // Raised on other threads, always before a nudge; the lock of the queue orders them.
    private bool _flushDue;
    private bool _historyDue;
    private bool _sweepAsked;

    public StoreWriter(IStoreLog log, WatchHub hub, StoreOptions options, in LogHeader header, TimeProvider time, ILogger logger)
    {
        (_log, _hub, _options, _time, _logger) = (log, hub, options, time, logger);
        _pending = new PendingWrites(log, options.RelaxedFlushBytes, header, hub.Revision);
        _marks = new HistoryMarks(options.HistoryWindow, options.HistoryBytes);
        _flushTimer = time.CreateTimer(_ => Wake(ref _flushDue), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _historyTimer = time.CreateTimer(_ => Wake(ref _historyDue), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends when the thread has: everything is on disk and the log is closed.</summary>
    public Task Stopped => _stopped.Task;

    public void Start() => new Thread(Run) { Name = "store-writer", IsBackground = true }.Start();

    public Task<WriteResult> WriteAsync(in StoreWrite write, CancellationToken cancellationToken)
    {
        var request = new WriteRequest(write, cancellationToken);
        _queue.Add(request);
        return request.Task;
    }

    /// <summary>History up to the hub's compacted revision is to go from the log.</summary>
    public void Sweep() => Wake(ref _sweepAsked);

    public void Stop() => _queue.Close();

    public void Dispose()
    {
        _flushTimer.Dispose();
        _historyTimer.Dispose();
    }

    private void Wake(ref bool flag)
    {
        flag = true;
        _queue.Nudge();
    }

    private void Run()
    {
        try
        {
            TimeHistory();
            while (_queue.Take(_batch, _sweeping || _tidy ? IdlePatience : Timeout.Infinite))
                Round();
            Guard(() => _pending.Close(_hub.Revision, _hub.Compacted));
            _log.Dispose();
            _stopped.SetResult();
        }
        catch (Exception e)
        {
            // A bug, or memory ran out: what is on disk and in memory may differ, so nothing more is written.
            StoreMessages.WriterStopped(_logger, _log.Name, e);
            var error = new StoreUnavailableException($"{_log.Name}: the store's writer stopped ({e.Message}); restart litekube and report its log", e);
            foreach (var request in _batch)
                request.TrySetException(error);
            _queue.Abandon(error);
            _stopped.SetException(e);
        }
    }

    private void Round()
    {
        if (_batch.Count > 0)
        {
            Write(_batch);
            _tidy = true;
        }

        if (_flushDue)
        {
            _flushDue = _flushTimed = false;
            Guard(_pending.Flush);
            TimeFlush();
        }

        if (_historyDue)
        {
            _historyDue = false;
            AgeHistory();
        }

        if (_sweepAsked)
        {
            _sweepAsked = false;
            MarkHistory();
            _sweeping = true;
        }

        KeepHouse();
    }

    private void Write(List<WriteRequest> requests)
    {
        requests.RemoveAll(request => request.CancellationToken.IsCancellationRequested && request.TrySetCanceled(request.CancellationToken));
        var batch = new WriteBatch(_hub.Current);
        foreach (var request in requests)
            request.Result = batch.Apply(request.Write);

        if (batch.Events.Count > 0)
        {
            try
            {
                _pending.Add(batch);
            }
            catch (StoreUnavailableException e)
            {
                Report(e);
                Refuse(requests, e);
                return;
            }

            Publish(batch);
        }

        foreach (var request in requests)
            request.SetResult(request.Result);
    }

    private void Publish(WriteBatch batch)
    {
        _hub.Publish(batch.ToSnapshot(), batch.Events, _pending.Durable);
        TimeFlush();
        TimeHistory();
        if (_marks.Count(batch.ReplacedBytes))
            _sweeping |= MarkHistory();
        if (!_failing || !batch.Committed)
            return;
        _failing = false;
        StoreMessages.Recovered(_logger, _log.Name);
    }

    private void Refuse(List<WriteRequest> requests, StoreUnavailableException error)
    {
        // Relaxed writes need no disk: leases are still renewed while it is full. They are decided anew, without the others.
        var relaxed = requests.FindAll(request => request.Write.Durability == Durability.Relaxed);
        var retry = relaxed.Count > 0 && relaxed.Count < requests.Count;
        foreach (var request in requests)
        {
            if (!retry || request.Write.Durability == Durability.Committed)
                request.SetException(error);
        }

        if (retry)
            Write(relaxed);
    }

    private void TimeFlush()
    {
        if (_flushTimed || _pending.IsEmpty)
            return;
        _flushTimed = true;
        _flushTimer.Change(_options.RelaxedFlushInterval, Timeout.InfiniteTimeSpan);
    }

    private void TimeHistory()
    {
        if (_historyTimed || _hub.Revision == _hub.Compacted)
            return;
        _historyTimed = true;
        _historyTimer.Change(_options.HistoryWindow / HistoryMarks.Parts, Timeout.InfiniteTimeSpan);
    }

    private void AgeHistory()
    {
        _historyTimed = false;
        MarkHistory();
        TimeHistory();

        // Old versions go from the disk in one go a window, not at every tick: that writes less. Once all are old no tick may follow.
        _sweeping |= ++_historyTicks % HistoryMarks.Parts == 0 || !_historyTimed;
    }

    /// <returns>Whether history was given up.</returns>
    private bool MarkHistory()
    {
        var now = _time.GetElapsedTime(startingTimestamp: 0);
        _marks.Add(_hub.Revision, now);
        var compacted = _hub.Compact(_marks.Expire(now) ?? 0);
        if (compacted == _pending.Header.Compacted)
            return false;
        _pending.Compact(compacted);
        return true;
    }

    /// <summary>Under load the sweep keeps pace with the writes; the rest waits for quiet. What fails is tried again with the next sweep.</summary>
    private void KeepHouse()
    {
        var idle = _batch.Count == 0;
        if (_sweeping)
        {
            _sweeping = false;
            Guard(() => _sweeping = _log.Sweep(_pending.Header, idle ? IdleSweep : (2 * _batch.Count) + 8));
            _tidy = true;
        }

        if (_tidy)
        {
            Guard(() => _log.Tidy(idle));
            _tidy = !idle;
        }
    }

    /// <summary>Work that nobody waits for.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreCorruptException)
        {
            Report(e);
        }
    }

    private void Report(Exception error)
    {
        if (_failing)
            return;
        _failing = true;
        StoreMessages.Failing(_logger, error.Message);
    }
}
