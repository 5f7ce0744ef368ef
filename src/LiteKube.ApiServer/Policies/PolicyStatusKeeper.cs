using LiteKube.Api;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Policies;

/// <summary>Has the status of admission policies written when one changes, and is idle else.</summary>
internal sealed partial class PolicyStatusKeeper(PolicyStatusWriter writer, ObjectStorage storage, ReadySignal ready, TimeProvider time, ILogger<PolicyStatusKeeper> log) : BackgroundService
{
    private const string Prefix = "admissionregistration.k8s.io/validatingadmissionpolicies/";

    /// <summary>Policies are often applied several at a time.</summary>
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
            // A change made meanwhile, or the policy's deletion, wakes this again.
            NotWritten(log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The status of the admission policies is not as it should be yet: {Error}")]
    private static partial void NotWritten(ILogger log, string error);
}
