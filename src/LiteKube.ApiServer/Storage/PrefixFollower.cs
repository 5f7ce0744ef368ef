using LiteKube.Api;
using LiteKube.ApiServer.Hosting;
using LiteKube.Store;

namespace LiteKube.ApiServer.Storage;

/// <summary>Tells once at first, and then whenever something under a prefix has changed: many changes at once are told as one, and a watch that ends is begun anew.</summary>
internal sealed class PrefixFollower(ObjectStorage storage, ReadySignal ready, TimeProvider time)
{
    /// <summary>From when the server is ready until it stops. Does nothing where the server could not start, which says so itself.</summary>
    /// <param name="settle">Whoever writes one object often writes the next.</param>
    /// <param name="failed">Told when the API refused what was to be done, which is tried again at the next change.</param>
    public Task FollowAsync(string prefix, TimeSpan settle, Func<CancellationToken, Task> changed, Action<ApiException> failed, CancellationToken stopping)
    {
        return FollowAsync(prefix, settle, TryAsync, stopping);

        async Task TryAsync(CancellationToken cancellationToken)
        {
            try
            {
                await changed(cancellationToken);
            }
            catch (ApiException e)
            {
                failed(e);
            }
        }
    }

    /// <inheritdoc cref="FollowAsync(string, TimeSpan, Func{CancellationToken, Task}, Action{ApiException}, CancellationToken)"/>
    public async Task FollowAsync(string prefix, TimeSpan settle, Func<CancellationToken, Task> changed, CancellationToken stopping)
    {
        try
        {
            await ready.Ready.WaitAsync(stopping);
            while (true)
                await WatchAsync(prefix, settle, changed, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
        catch (Exception) when (ready.Ready.IsFaulted)
        {
            // See above.
        }
    }

    private async Task WatchAsync(string prefix, TimeSpan settle, Func<CancellationToken, Task> changed, CancellationToken stopping)
    {
        using var watch = storage.Watch(prefix, storage.Revision);
        try
        {
            do
            {
                while (watch.Events.TryRead(out _))
                {
                }

                await changed(stopping);
                if (!await watch.Events.WaitToReadAsync(stopping))
                    break;
                await Task.Delay(settle, time, stopping);
            }
            while (true);
        }
        catch (WatcherTooSlowException)
        {
            // History was given up that it had not read; the next watch starts from what is then the present.
        }

        await Task.Delay(settle, time, stopping);
    }
}
