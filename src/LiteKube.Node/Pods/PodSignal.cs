using System.Threading.Channels;

namespace LiteKube.Node.Pods;

/// <summary>Wakes one waiter; any number of calls before it looks count as one.</summary>
internal sealed class PodSignal(TimeProvider time) : IDisposable
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ITimer? _timer;

    public void Set() => _signal.Writer.TryWrite(true);

    /// <summary>Also wakes at this time; replaces what was set before. Null for never.</summary>
    public void SetAt(DateTimeOffset? due)
    {
        if (due is not { } at)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var delay = at - time.GetUtcNow();
        _timer ??= time.CreateTimer(static s => ((PodSignal)s!).Set(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public void Dispose() => _timer?.Dispose();
}
