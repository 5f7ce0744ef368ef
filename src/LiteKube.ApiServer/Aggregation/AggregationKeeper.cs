using System.Threading.Channels;
using LiteKube.Api;
using LiteKube.Api.Apiregistration.V1;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>
/// Keeps the APIServices true: one for each group version of this server's own, and the Available condition of the others. Runs on every change of an
/// APIService or of the registry, and while there are remotes every few seconds, since a server's health has no events.
/// </summary>
internal sealed partial class AggregationKeeper(
    RemoteApis remotes, LocalApiServices locals, Availability availability, RemoteDiscovery discovery, RemoteOpenApi openApi, ApiServiceWriter writer, ResourceRegistry registry, PrefixFollower follower,
    ReadySignal ready, TimeProvider time, ILogger<AggregationKeeper> log) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_healthyInterval = TimeSpan.FromSeconds(15);

    private readonly Channel<bool> _wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, long> _lastPassed = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        registry.Changed += Wake;
        using var following = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var watching = Task.CompletedTask;
        try
        {
            await ready.Ready.WaitAsync(stoppingToken);
            watching = follower.FollowAsync(registry.Get(APIService.Resource).KeyPrefix, TimeSpan.Zero, WakeAsync, following.Token);
            while (true)
            {
                _wakes.Reader.TryRead(out _);
                var any = await LookAsync(stoppingToken);
                using var nap = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                var woken = _wakes.Reader.WaitToReadAsync(nap.Token).AsTask();
                if (any)
                    await Task.WhenAny(woken, Task.Delay(s_interval, time, nap.Token));
                else
                    await woken;
                await nap.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
        finally
        {
            registry.Changed -= Wake;
            await following.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True where there is something to look at again soon.</summary>
    private async ValueTask<bool> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await locals.ReconcileAsync(cancellationToken);
            var all = (await remotes.RefreshAsync(cancellationToken)).All;
            discovery.Forget(all);
            openApi.Forget(all);
            await Task.WhenAll(all.Select(api => CheckAsync(api, cancellationToken)));
            return all.Count > 0;
        }
        catch (ApiException e)
        {
            Failed(log, e.Message);
            return true;
        }
    }

    private async Task CheckAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        // A healthy server is asked less often than one that is awaited.
        if (api.IsAvailable && PassedLately(api.Name))
            return;
        var (available, reason, message) = await availability.OfAsync(api, cancellationToken);
        // What it describes is known before it counts as available.
        if (available)
            await openApi.RefreshAsync(api, cancellationToken);
        lock (_lastPassed)
        {
            if (available)
                _lastPassed[api.Name] = time.GetTimestamp();
            else
                _lastPassed.Remove(api.Name);
        }

        try
        {
            await writer.SetAvailableAsync(api.Name, available, reason, message, cancellationToken);
        }
        catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.Conflict)
        {
            // Gone or changed meanwhile; its own event brings the next look.
        }
    }

    private bool PassedLately(string name)
    {
        lock (_lastPassed)
            return _lastPassed.TryGetValue(name, out var passed) && time.GetElapsedTime(passed) < s_healthyInterval;
    }

    private Task WakeAsync(CancellationToken cancellationToken)
    {
        Wake();
        return Task.CompletedTask;
    }

    private void Wake() => _wakes.Writer.TryWrite(true);

    [LoggerMessage(LogLevel.Warning, "The APIServices could not be looked at: {Error}")]
    private static partial void Failed(ILogger log, string error);
}
