using LiteKube.Node.Pods;
using LiteKube.Node.Registration;
using LiteKube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Hosting;

/// <summary>
/// Follows the engine's events, and lists all it has when a connection begins and every few minutes, so that nothing stays missed. Says whether the
/// engine is there.
/// </summary>
internal sealed partial class EngineWatcher(IContainerRuntime runtime, PodWorkers pods, NodeHealth health, NodeOptions options, TimeProvider time, ILogger<EngineWatcher> logger)
{
    private static readonly TimeSpan s_minRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_maxRetry = TimeSpan.FromSeconds(5);

    /// <summary>What the engine holds, by pod uid; waits until the engine is there.</summary>
    public async Task<IReadOnlyDictionary<string, PodEngineState>> FirstListAsync(CancellationToken cancellationToken)
    {
        for (var retry = s_minRetry; ; retry = retry * 2 < s_maxRetry ? retry * 2 : s_maxRetry)
        {
            try
            {
                var info = await runtime.GetInfoAsync(cancellationToken).ConfigureAwait(false);
                var sandboxes = await runtime.ListSandboxesAsync(cancellationToken).ConfigureAwait(false);
                var containers = await runtime.ListContainersAsync(cancellationToken).ConfigureAwait(false);
                health.RuntimeUp(info);
                return sandboxes.Select(s => s.Pod.Uid).Concat(containers.Select(c => c.Pod.Uid)).Distinct()
                    .ToDictionary(uid => uid, uid => new PodEngineState([.. sandboxes.Where(s => s.Pod.Uid == uid)], [.. containers.Where(c => c.Pod.Uid == uid)]), StringComparer.Ordinal);
            }
            catch (RuntimeException e)
            {
                health.RuntimeDown(e.Message);
                LogAway(e.Message);
                await Task.Delay(retry, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var retry = s_minRetry;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(() => retry = s_minRetry, cancellationToken).ConfigureAwait(false);
                LogStreamEnded();
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RuntimeException e)
            {
                health.RuntimeDown(e.Message);
                LogAway(e.Message);
            }

            await Task.Delay(retry, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            retry = retry * 2 < s_maxRetry ? retry * 2 : s_maxRetry;
        }
    }

    private async Task FollowAsync(Action connected, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var events = runtime.WatchEventsAsync(ending.Token).GetAsyncEnumerator(ending.Token);

        // Asked for first, listed then: what happens in between is in one or the other.
        var next = events.MoveNextAsync().AsTask();
        try
        {
            var relist = Task.CompletedTask;
            while (true)
            {
                if (relist.IsCompleted)
                {
                    await ListAsync(cancellationToken).ConfigureAwait(false);
                    connected();
                    relist = Task.Delay(options.RelistInterval, time, ending.Token);
                }

                if (await Task.WhenAny(next, relist).ConfigureAwait(false) != next)
                    continue;
                if (!await next.ConfigureAwait(false))
                    return;
                pods.Handle(events.Current);
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator must be at rest when it is disposed of.
            await ending.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var info = await runtime.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        var sandboxes = await runtime.ListSandboxesAsync(cancellationToken).ConfigureAwait(false);
        var containers = await runtime.ListContainersAsync(cancellationToken).ConfigureAwait(false);
        health.RuntimeUp(info);
        pods.Compare(sandboxes, containers);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "container engine: {Error}")]
    private partial void LogAway(string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "container engine: event stream ended, listing anew")]
    private partial void LogStreamEnded();
}
