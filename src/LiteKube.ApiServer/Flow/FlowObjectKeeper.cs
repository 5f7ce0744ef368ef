using LiteKube.Api;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Flow;

/// <summary>
/// Undoes what may not be done to the default objects while the server runs. Woken by changes to objects of the group, and idle else.
/// </summary>
internal sealed partial class FlowObjectKeeper(FlowObjectWriter writer, ObjectStorage storage, ReadySignal ready, TimeProvider time, ILogger<FlowObjectKeeper> log) : BackgroundService
{
    private const string Prefix = "flowcontrol.apiserver.k8s.io/";

    /// <summary>Whoever writes one object of the group often writes the next.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ready.Ready.WaitAsync(stoppingToken);
            while (true)
                await FollowAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
        catch (Exception) when (ready.Ready.IsFaulted)
        {
            // The server could not start, and says so itself.
        }
    }

    /// <summary>Until the watch ends, as it does where history is given up that it has not read.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var watch = storage.Watch(Prefix, storage.Revision);
        try
        {
            do
            {
                while (watch.Events.TryRead(out _))
                {
                }

                await KeepAsync(cancellationToken);
                if (!await watch.Events.WaitToReadAsync(cancellationToken))
                    break;
                await Task.Delay(s_settle, time, cancellationToken);
            }
            while (true);
        }
        catch (WatcherTooSlowException)
        {
            // The next watch starts from what is then the present.
        }

        await Task.Delay(s_settle, time, cancellationToken);
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await writer.WriteAsync(cancellationToken);
        }
        catch (ApiException e)
        {
            // A change made meanwhile wakes this again; a store that takes no writes leaves requests to the table that was made last.
            NotKept(log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The objects of flow control are not as they should be yet: {Error}")]
    private static partial void NotKept(ILogger log, string error);
}
