namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>Cancels what has not moved for too long.</summary>
internal sealed class StallGuard : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _both;

    public StallGuard(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _timer = new CancellationTokenSource(limit, time);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
    }

    public CancellationToken Token => _both.Token;

    public bool Expired => _timer.IsCancellationRequested;

    public void Moved() => _timer.CancelAfter(_limit);

    public void Dispose()
    {
        _both.Dispose();
        _timer.Dispose();
    }
}
