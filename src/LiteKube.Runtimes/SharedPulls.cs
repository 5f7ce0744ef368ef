namespace LiteKube.Runtimes;

/// <summary>One pull at a time per key: later callers wait for the running one. It is cancelled when the last who waits gives up.</summary>
internal sealed class SharedPulls<TKey, TResult> : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Pull> _running = [];

    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> pull, CancellationToken cancellationToken)
    {
        Pull running;
        lock (_lock)
        {
            if (!_running.TryGetValue(key, out running!))
            {
                running = new Pull();
                _running.Add(key, running);
                running.Task = Task.Run(() => RunAndForgetAsync(key, running, pull), CancellationToken.None);
            }

            running.Waiters++;
        }

        try
        {
            return await running.Task!.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (--running.Waiters == 0 && _running.GetValueOrDefault(key) == running)
                {
                    // Nobody may join a pull that is being cancelled.
                    _running.Remove(key);
                    running.Cancellation.Cancel();
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var pull in _running.Values)
                pull.Cancellation.Cancel();
            _running.Clear();
        }
    }

    private async Task<TResult> RunAndForgetAsync(TKey key, Pull running, Func<CancellationToken, Task<TResult>> pull)
    {
        try
        {
            return await pull(running.Cancellation.Token).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                if (_running.GetValueOrDefault(key) == running)
                    _running.Remove(key);
                running.Dispose();
            }
        }
    }

    private sealed class Pull : IDisposable
    {
        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult>? Task { get; set; }

        public int Waiters { get; set; }

        /// <summary>Once it is not among the running any more: then nobody cancels it.</summary>
        public void Dispose() => Cancellation.Dispose();
    }
}
