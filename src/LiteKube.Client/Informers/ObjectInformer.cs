using System.Globalization;
using LiteKube.Api;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client;

/// <summary>
/// Keeps an <see cref="ObjectCache"/> equal to the server's state: one streaming list, then the events after it; from where it left off when a
/// watch ends; from a new list when the server no longer holds that revision. Untyped, so that one informer serves typed users and the garbage collector.
/// </summary>
public sealed partial class ObjectInformer
{
    private static readonly TimeSpan s_minBackoff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_maxBackoff = TimeSpan.FromSeconds(5);

    /// <summary>A watch that lasted so long was a good one, however it ended.</summary>
    private static readonly TimeSpan s_goodWatch = TimeSpan.FromSeconds(5);

    private readonly Lazy<IApiTransport> _transport;
    private readonly InformerFilter _filter;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Held while the cache changes and its handlers are told, so that each handler sees every change once and in order.
    private readonly Lock _delivery = new();
    private readonly List<Action<KubeObject?, KubeObject?>> _handlers = [];
    private readonly TaskCompletionSource _forgotten = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _backoff = s_minBackoff;

    // The revision up to which the cache is complete; 0 before the first list and after the server has forgotten it.
    private long _resourceVersion;
    private bool _streamingListRefused;
    private bool _failing;

    internal ObjectInformer(Func<IApiTransport> transport, ResourceType resource, InformerFilter filter, TimeProvider time, ILogger logger)
    {
        _transport = new Lazy<IApiTransport>(transport);
        Resource = resource;
        _filter = filter;
        _time = time;
        _logger = logger;
    }

    public ResourceType Resource { get; }

    public Task HasSynced => _synced.Task;

    internal ObjectCache Cache { get; } = new();

    public KubeObject? Get(string key) => Cache.Get(key);

    public IReadOnlyList<KubeObject> List() => Cache.List();

    /// <summary>Calls the handler for what is there and for every later change, until disposed. See <see cref="InformerHandler{T}"/>.</summary>
    public InformerSubscription Subscribe(Action<KubeObject?, KubeObject?> handler)
    {
        lock (_delivery)
        {
            foreach (var present in Cache.List())
                Tell(handler, null, present);
            _handlers.Add(handler);
        }

        return new InformerSubscription(this, handler);
    }

    /// <summary>Ends the loop for good.</summary>
    internal void Forget() => _forgotten.TrySetResult();

    internal async Task RunUntilForgottenAsync(CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = RunAsync(ends.Token);
        await Task.WhenAny(running, _forgotten.Task).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var begun = _time.GetTimestamp();
            try
            {
                if (_resourceVersion == 0 && _streamingListRefused)
                    await ListAsync(cancellationToken).ConfigureAwait(false);
                await WatchAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.Reason is StatusReason.Expired or StatusReason.Gone)
            {
                LogExpired(Resource, _resourceVersion);
                _resourceVersion = 0;
            }
            catch (ApiException e) when (e.Reason is StatusReason.Invalid or StatusReason.BadRequest && _resourceVersion == 0 && !_streamingListRefused)
            {
                _streamingListRefused = true;
            }
            catch (Exception e)
            {
                // Whatever went wrong between here and the server, the remedy is to try again, ever more slowly. Said once, until it works again.
                if (!_failing)
                    LogFailed(Resource, e.Message);
                _failing = true;
            }

            if (_time.GetElapsedTime(begun) >= s_goodWatch)
                _backoff = s_minBackoff;

            // A little chance keeps many informers from coming back all at once.
            var pause = _backoff * (0.75 + (Random.Shared.NextDouble() / 2));
            _backoff = _backoff * 2 < s_maxBackoff ? _backoff * 2 : s_maxBackoff;
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var listed = new Dictionary<string, KubeObject>(StringComparer.Ordinal);
        var options = new ListOptions(_filter.LabelSelector, _filter.FieldSelector);
        ObjectList page;
        do
        {
            page = await _transport.Value.ListAsync(Resource, _filter.Namespace, options, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
                listed[item.Header.Key] = item;
            options = options with { Continue = page.Continue };
        }
        while (!string.IsNullOrEmpty(page.Continue));
        ReplaceAll(listed, page.ResourceVersion);
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        // A streaming list gathers apart, so that the cache goes from one whole state to the next.
        var initial = _resourceVersion == 0 ? new Dictionary<string, KubeObject>(StringComparer.Ordinal) : null;
        var options = new WatchOptions(_filter.LabelSelector, _filter.FieldSelector)
        {
            ResourceVersion = initial is null ? _resourceVersion.ToString(CultureInfo.InvariantCulture) : null,
            SendInitialEvents = initial is not null,
            AllowBookmarks = true,
        };
        await foreach (var (type, value) in _transport.Value.WatchAsync(Resource, _filter.Namespace, options, cancellationToken).ConfigureAwait(false))
        {
            if (_failing)
                LogRecovered(Resource);
            _failing = false;
            if (initial is null)
            {
                Apply(type, value);
                _backoff = s_minBackoff;
            }
            else if (type == WatchEventType.InitialEventsEnd)
            {
                ReplaceAll(initial, value.Header.ResourceVersion);
                initial = null;
            }
            else if (type is WatchEventType.Added or WatchEventType.Modified)
            {
                initial[value.Header.Key] = value;
            }
            else if (type == WatchEventType.Deleted)
            {
                initial.Remove(value.Header.Key);
            }
        }
    }

    private void Apply(WatchEventType type, KubeObject value)
    {
        var key = value.Header.Key;
        switch (type)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                Change(key, value);
                break;
            case WatchEventType.Deleted:
                // The last version known is the one in the event: it may have passed through versions that the filter hid.
                lock (_delivery)
                {
                    if (Cache.Replace(key, null) is not null)
                        TellAll(value, null);
                }

                break;
        }

        if (value.Header.ResourceVersion > _resourceVersion)
            _resourceVersion = value.Header.ResourceVersion;
    }

    private void ReplaceAll(Dictionary<string, KubeObject> listed, long resourceVersion)
    {
        foreach (var known in Cache.List())
            if (!listed.ContainsKey(known.Header.Key))
                Change(known.Header.Key, null);
        foreach (var (key, value) in listed)
            Change(key, value);
        _resourceVersion = resourceVersion;
        _backoff = s_minBackoff;
        if (_synced.TrySetResult())
            LogSynced(Resource, listed.Count, resourceVersion);
    }

    private void Change(string key, KubeObject? current)
    {
        lock (_delivery)
        {
            var present = Cache.Get(key);

            // A list tells again what is known already.
            if (present is not null && current is not null && present.Header.ResourceVersion == current.Header.ResourceVersion && present.Header.Uid == current.Header.Uid)
                return;
            Cache.Replace(key, current);

            // Deleted and made anew while nobody watched: two objects, so two events.
            if (present is not null && current is not null && present.Header.Uid != current.Header.Uid)
            {
                TellAll(present, null);
                present = null;
            }

            TellAll(present, current);
        }
    }

    private void TellAll(KubeObject? old, KubeObject? current)
    {
        foreach (var handler in _handlers)
            Tell(handler, old, current);
    }

    private void Tell(Action<KubeObject?, KubeObject?> handler, KubeObject? old, KubeObject? current)
    {
        try
        {
            handler(old, current);
        }
        catch (Exception e)
        {
            // One handler's bug must not starve the others of their events.
            LogHandlerFailed(e, Resource, (current ?? old)!.Header.Key);
        }
    }

    internal IReadOnlyList<KubeObject> Unsubscribe(Action<KubeObject?, KubeObject?> handler)
    {
        lock (_delivery)
            return _handlers.Remove(handler) ? Cache.List() : [];
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Resource}: {Count} objects known at revision {Revision}")]
    private partial void LogSynced(ResourceType resource, int count, long revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Resource}: revision {Revision} is no longer held by the server, listing again")]
    private partial void LogExpired(ResourceType resource, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Resource}: watch failed and is tried again: {Error}")]
    private partial void LogFailed(ResourceType resource, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Resource}: watch works again")]
    private partial void LogRecovered(ResourceType resource);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Resource}: a handler failed on {Key}")]
    private partial void LogHandlerFailed(Exception exception, ResourceType resource, string key);
}
