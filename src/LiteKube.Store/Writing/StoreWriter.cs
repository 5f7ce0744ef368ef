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
    /// <summary>How many revisions relaxed writes may use before the promise never to reuse them has to be made durable again.</summary>
    private const long Reserve = 10_000;
    private const int EventOverhead = 128;
    private const int IdleSweep = 128;
    private const int IdlePatience = 10;

    private readonly IStoreLog _log;
    private readonly WatchHub _hub;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WriteQueue _queue = new();
    private readonly HistoryMarks _marks;
    private readonly ITimer _flushTimer;
    private readonly ITimer _historyTimer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Published events that the log does not have yet: relaxed writes.</summary>
    private readonly List<StoreEvent> _pending = [];
    private LogHeader _header;
    private long _durable;
    private long _pendingBytes;
    private bool _historyTimed;
    private bool _sweeping;
    private bool _tidy;
    private bool _failing;
    private bool _flushDue;
    private bool _historyDue;

    public StoreWriter(IStoreLog log, WatchHub hub, StoreOptions options, in LogHeader header, TimeProvider time, ILogger logger)
    {
        (_log, _hub, _options, _header, _time, _logger) = (log, hub, options, header, time, logger);
        _durable = hub.Revision;
        _sweeping = true;
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
    public void Sweep() => Wake(ref _historyDue);

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
            var batch = new List<WriteRequest>();
            while (_queue.Take(batch, _sweeping || _tidy ? IdlePatience : Timeout.Infinite))
                Round(batch);
            Finish();
            _stopped.SetResult();
        }
        catch (Exception e)
        {
            StoreMessages.WriterStopped(_logger, _log.Name, e);
            _queue.Abandon(new StoreUnavailableException($"{_log.Name}: the store's writer stopped ({e.Message}); restart litekube and report its log", e));
            _stopped.SetException(e);
        }
    }

    private void Round(List<WriteRequest> batch)
    {
        if (batch.Count > 0)
        {
            Write(batch);
            _tidy = true;
        }

        // The flags go up on timer threads, always before a nudge; the queue's lock orders them.
        if (_flushDue)
        {
            _flushDue = false;
            Flush();
        }

        if (_historyDue)
        {
            _historyDue = false;
            AgeHistory();
        }

        // Under load the sweep keeps pace with the writes; the rest of it waits for quiet. What fails waits for the next tick of history.
        var idle = batch.Count == 0;
        if (_sweeping)
        {
            _sweeping = SweepSome(idle ? IdleSweep : (2 * batch.Count) + 8);
            _tidy = true;
        }

        if (_tidy)
        {
            Guard(() => _log.Tidy(idle));
            _tidy = !idle;
        }
    }

    private bool SweepSome(int limit)
    {
        var more = false;
        Guard(() => more = _log.Sweep(_header, limit));
        return more;
    }

    private void Write(List<WriteRequest> requests)
    {
        requests.RemoveAll(request => request.CancellationToken.IsCancellationRequested && request.TrySetCanceled(request.CancellationToken));
        var batch = new WriteBatch(_hub.Current);
        foreach (var request in requests)
            request.Result = batch.Apply(request.Write);

        try
        {
            if (batch.Events.Count > 0)
                Commit(batch);
        }
        catch (Exception e)
        {
            Fail(requests, e);
            return;
        }

        foreach (var request in requests)
            request.SetResult(request.Result);
    }

    private void Fail(List<WriteRequest> requests, Exception error)
    {
        Report(error);

        // Relaxed writes need no disk: leases are still renewed while it is full. They are decided anew, without the others.
        var relaxed = requests.FindAll(request => request.Write.Durability == Durability.Relaxed);
        var retry = error is StoreUnavailableException && relaxed.Count is > 0 && relaxed.Count < requests.Count;
        foreach (var request in requests)
        {
            if (!retry || request.Write.Durability == Durability.Committed)
                request.SetException(error);
        }

        if (retry)
            Write(relaxed);
    }

    private void Commit(WriteBatch batch)
    {
        var before = _pending.Count;
        _pending.AddRange(batch.Events);
        var bytes = batch.Events.Sum(e => EventOverhead + (e.Entry?.Value.Length ?? 0));
        var mustReserve = !batch.Committed && batch.Revision > _header.Reserved;
        if (batch.Committed || mustReserve || _pendingBytes + bytes > _options.RelaxedFlushBytes)
        {
            try
            {
                Append(batch.Revision, mustReserve);
            }
            catch
            {
                _pending.RemoveRange(before, _pending.Count - before);
                throw;
            }
        }
        else
        {
            if (_pendingBytes == 0)
                _flushTimer.Change(_options.RelaxedFlushInterval, Timeout.InfiniteTimeSpan);
            _pendingBytes += bytes;
        }

        _hub.Publish(batch.ToSnapshot(), batch.Events, _durable);
        TimeHistory();
        if (_marks.Count(batch.ReplacedBytes))
            MarkHistory();
    }

    private void Append(long revision, bool reserve)
    {
        // Where relaxed writes are in use, the reserve is renewed along with a commit, so that they rarely have to wait for one.
        var header = _header;
        var inUse = header.Reserved > 0 && header.Reserved + Reserve > revision;
        if (reserve || (inUse && header.Reserved < revision + (Reserve / 2)))
            header = header with { Reserved = revision + Reserve };
        _log.Append(_pending, header);
        _header = header;
        _durable = revision;
        _pending.Clear();
        _pendingBytes = 0;
        if (!_failing)
            return;
        _failing = false;
        StoreMessages.Recovered(_logger, _log.Name);
    }

    private void Flush()
    {
        if (_pending.Count == 0)
            return;
        Guard(() => Append(_hub.Revision, reserve: false));
        if (_pending.Count > 0)
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
        _sweeping = true;
    }

    private void MarkHistory()
    {
        var now = _time.GetElapsedTime(startingTimestamp: 0);
        _marks.Add(_hub.Revision, now);
        var compacted = _hub.Compact(_marks.Expire(now) ?? 0);
        _sweeping |= compacted > _header.Compacted;
        _header = _header with { Compacted = compacted };
    }

    private void Finish()
    {
        // From here on no revision is promised beyond those given out: an orderly stop loses nothing.
        if (Guard(() => Append(_hub.Revision, reserve: false)))
            Guard(() => _log.Append([], _header with { Reserved = Math.Min(_header.Reserved, _hub.Revision) }));
        _log.Dispose();
    }

    /// <summary>Work that nobody waits for: when the disk refuses it, it is done another time.</summary>
    private bool Guard(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            Report(e);
            return false;
        }
    }

    private void Report(Exception error)
    {
        if (_failing)
            return;
        _failing = true;
        StoreMessages.Failing(_logger, error.Message, error is StoreUnavailableException ? null : error);
    }
}
