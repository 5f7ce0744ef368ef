using System.Diagnostics.CodeAnalysis;
using System.Threading.Tasks.Sources;

namespace LiteKube.Store.Watching;

/// <summary>
/// The events pushed to one watcher and not read yet. A channel would hand its reader to the thread pool at each event that finds it waiting; here
/// whoever adds is told that somebody waits, and wakes all such readers of a batch together. One reader at a time may wait.
/// </summary>
internal sealed class LiveBuffer(int capacity) : IValueTaskSource<bool>
{
    private readonly Lock _lock = new();
    private readonly Queue<StoreEvent> _events = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManualResetValueTaskSourceCore<bool> _wait;
    private CancellationToken _waitToken;
    private CancellationTokenRegistration _registration;
    private bool _waiting;
    private bool _wakeAsked;
    private bool _ended;
    private Exception? _error;

    /// <summary>Ends when no more events come and all are read.</summary>
    public Task Completion => _completion.Task;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _events.Count == 0;
        }
    }

    /// <param name="wake">Whether <see cref="Wake"/> is to be called: once for a reader that waits.</param>
    /// <returns>False when it is full or ended.</returns>
    public bool TryAdd(StoreEvent e, out bool wake)
    {
        lock (_lock)
        {
            wake = false;
            if (_ended || _events.Count >= capacity)
                return false;
            _events.Enqueue(e);
            wake = _waiting && !_wakeAsked;
            _wakeAsked |= wake;
            return true;
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out StoreEvent e)
    {
        lock (_lock)
        {
            if (!_events.TryDequeue(out e))
                return false;
            if (_ended && _events.Count == 0)
                Complete();
            return true;
        }
    }

    /// <summary>True when there are events; false, or the error, when there will be none.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        ValueTask<bool> wait;
        lock (_lock)
        {
            if (_events.Count > 0)
                return ValueTask.FromResult(true);
            if (_ended)
                return _error is null ? ValueTask.FromResult(false) : ValueTask.FromException<bool>(_error);
            if (_waiting)
                throw new InvalidOperationException("one reader of a watch waits already");
            _wait.Reset();
            (_waiting, _wakeAsked, _waitToken, _registration) = (true, false, cancellationToken, default);
            wait = new ValueTask<bool>(this, _wait.Version);
        }

        if (!cancellationToken.CanBeCanceled)
            return wait;
        // Where it was cancelled just now this runs Cancel before it returns.
        var registration = cancellationToken.UnsafeRegister(static (buffer, token) => ((LiveBuffer)buffer!).Cancel(token), this);
        lock (_lock)
        {
            if (_waiting)
                _registration = registration;
            else
                registration.Unregister();
        }

        return wait;
    }

    /// <summary>Runs the reader that waits, if one does, on this thread.</summary>
    public void Wake()
    {
        bool more;
        Exception? error;
        lock (_lock)
        {
            // Asked for by a wait that was cancelled meanwhile, this may find the next one, for which there is nothing: no events are not their end.
            if ((_events.Count == 0 && !_ended) || !TryTakeWaiter())
                return;
            (more, error) = (_events.Count > 0, _error);
        }

        if (more || error is null)
            _wait.SetResult(more);
        else
            _wait.SetException(error);
    }

    /// <summary>No more events. Those added can still be read; whoever waits is woken by another thread.</summary>
    public void End(Exception? error)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            (_ended, _error) = (true, error);
            if (_events.Count == 0)
                Complete();
            if (!_waiting)
                return;
            _wakeAsked = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static buffer => buffer.Wake(), this, preferLocal: false);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken)
    {
        // A late callback of an earlier wait may find the next one; under the same token that is cancelled as well.
        if (TryTakeWaiter(cancellationToken))
            _wait.SetException(new OperationCanceledException(cancellationToken));
    }

    /// <summary>Whoever takes the waiter completes it.</summary>
    private bool TryTakeWaiter(CancellationToken? cancelled = null)
    {
        lock (_lock)
        {
            if (!_waiting || (cancelled is { } token && token != _waitToken))
                return false;
            _waiting = false;
            _registration.Unregister();
            return true;
        }
    }

    private void Complete()
    {
        if (_error is null)
            _completion.TrySetResult();
        else
            _completion.TrySetException(_error);
    }
}
