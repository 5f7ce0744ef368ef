namespace LiteKube.ApiServer.CustomResources;

/// <summary>
/// Up to which revision definitions are served as they stand. A client that was told of its definition can use it at once, because the write's answer
/// waits for that revision.
/// </summary>
internal sealed class DefinitionProgress(TimeProvider time)
{
    /// <summary>Rather than let a client wait for what cannot be served, it is answered without.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly AsyncLocal<bool> _isServing = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _revision = long.MaxValue;
    private bool _stopped;

    /// <summary>The caller is who serves definitions, and must not wait for itself.</summary>
    public void MarkServing() => _isServing.Value = true;

    public void Set(long revision)
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            _revision = _stopped ? long.MaxValue : revision;
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }

    /// <summary>Nobody serves definitions: nothing is waited for.</summary>
    public void Stop()
    {
        lock (_gate)
            _stopped = true;
        Set(long.MaxValue);
    }

    public async ValueTask ReachAsync(long revision, CancellationToken cancellationToken)
    {
        if (_isServing.Value)
            return;
        using var limit = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                if (_revision >= revision)
                    return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (either.IsCancellationRequested)
                return;
        }
    }
}
