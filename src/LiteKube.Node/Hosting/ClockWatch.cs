using LiteKube.Client;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Hosting;

/// <summary>Tells when the wall clock was set. What waits for a time of day (tokens that run out, active deadlines) must look again then.</summary>
internal sealed partial class ClockWatch(TimeProvider time, ILogger<ClockWatch> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    /// <summary>Slewing, as time servers do, stays far below.</summary>
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(2);

    public async Task RunAsync(Action set, CancellationToken cancellationToken)
    {
        var before = Offset();
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                var offset = Offset();
                var by = offset - before;
                before = offset;
                if (by.Duration() < s_least)
                    continue;
                LogSet(by.TotalSeconds);
                set();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    private TimeSpan Offset() => time.GetUtcNow() - time.GetSteadyNow();

    [LoggerMessage(Level = LogLevel.Warning, Message = "the clock was set by {Seconds:F0} s")]
    private partial void LogSet(double seconds);
}
