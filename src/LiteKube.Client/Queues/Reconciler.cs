using LiteKube.Api;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client;

/// <summary>
/// A level-triggered loop: informers put keys into a queue, workers bring each key's world to what it should be, and failures come back with backoff.
/// Starting returns at once; the workers wait for the informers by themselves. Stopped, it may be started again.
/// </summary>
public abstract partial class Reconciler<TKey> : BackgroundService where TKey : notnull
{
    private readonly ILogger _logger;
    private readonly WorkQueueOptions? _queueOptions;
    private readonly List<IDisposable> _subscriptions = [];
    private WorkQueue<TKey> _queue;

    protected Reconciler(TimeProvider time, ILogger logger, WorkQueueOptions? options = null)
    {
        Time = time;
        _logger = logger;
        _queueOptions = options;
        _queue = new WorkQueue<TKey>(time, options);
    }

    protected TimeProvider Time { get; }

    protected WorkQueue<TKey> Queue => _queue;

    /// <summary>How many keys are worked on at once; one key never is twice.</summary>
    protected virtual int Workers => 2;

    public override void Dispose()
    {
        _queue.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Subscribes to informers by <see cref="On"/>. Returns what must have synced before the first key is worked on.</summary>
    protected abstract IReadOnlyList<Task> Subscribe();

    /// <summary>Runs once, after the informers have synced and before the first key.</summary>
    protected virtual ValueTask ReadyAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Brings the world of one key to what it should be. Throwing means: try again later.</summary>
    protected abstract ValueTask ReconcileAsync(TKey key, CancellationToken cancellationToken);

    /// <summary>Follows an informer for the life of the loop. Returns its sync.</summary>
    protected Task On<T>(Informer<T> informer, InformerHandler<T> handler) where T : class, IKubeObject<T>
    {
        _subscriptions.Add(informer.Subscribe(handler));
        return informer.HasSynced;
    }

    protected Task On(ObjectInformer informer, Action<KubeObject?, KubeObject?> handler)
    {
        _subscriptions.Add(informer.Subscribe(handler));
        return informer.HasSynced;
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A queue of its own for each run: what a former one left is in the informers, which tell it anew.
        _queue.Dispose();
        _queue = new WorkQueue<TKey>(Time, _queueOptions);
        try
        {
            await Task.WhenAll(Subscribe()).WaitAsync(stoppingToken).ConfigureAwait(false);
            await ReadyAsync(stoppingToken).ConfigureAwait(false);
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken))).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: what was not finished will be found so by the next run.
        }
        finally
        {
            foreach (var subscription in _subscriptions)
                subscription.Dispose();
            _subscriptions.Clear();
            _queue.ShutDown();
        }
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        while (await Queue.TakeAsync(stopping).ConfigureAwait(false) is { } taken)
        {
            try
            {
                await ReconcileAsync(taken.Key, stopping).ConfigureAwait(false);
                Queue.Forget(taken.Key);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.Reason is StatusReason.Conflict or StatusReason.NotFound or StatusReason.AlreadyExists)
            {
                // The cache was behind the server: the event that is on its way, or the next turn, sets it right.
                LogBehind(taken.Key, e.Message);
                Queue.AddRateLimited(taken.Key);
            }
            catch (ApiException e)
            {
                LogRefused(taken.Key, Queue.Failures(taken.Key) + 1, e.Message);
                Queue.AddRateLimited(taken.Key);
            }
            catch (Exception e)
            {
                LogFailed(e, taken.Key, Queue.Failures(taken.Key) + 1);
                Queue.AddRateLimited(taken.Key);
            }
            finally
            {
                Queue.Done(taken.Key);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Key}: will be tried again: {Reason}")]
    private partial void LogBehind(TKey key, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Key}: attempt {Attempt} was refused: {Reason}")]
    private partial void LogRefused(TKey key, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key}: attempt {Attempt} failed")]
    private partial void LogFailed(Exception exception, TKey key, int attempt);
}
