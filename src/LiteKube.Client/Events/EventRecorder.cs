using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using Microsoft.Extensions.Logging;

namespace LiteKube.Client;

/// <summary>Writes core/v1 Events from a bounded queue; when that is full, new events are dropped. Its loop starts with the first event.</summary>
public sealed partial class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int Capacity = 1000;
    private const int Attempts = 4;

    private readonly KubeClient _client;
    private readonly EventSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventCorrelator _correlator;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _running;
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private int _sequence;

    /// <param name="component">Who reports: <c>deployment-controller</c>, <c>kubelet</c> …</param>
    /// <param name="host">The node, where the component runs on one.</param>
    public EventRecorder(KubeClient client, string component, string? host, TimeProvider time, ILogger logger)
    {
        _client = client;
        _source = new EventSource { Component = component, Host = host };
        _time = time;
        _logger = logger;
        _correlator = new EventCorrelator(time);
        _running = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    public void Record(ObjectReference regarding, string type, string reason, string message)
    {
        _ = _running.Value;
        _entries.Writer.TryWrite(new Entry(regarding, type, reason, message));
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_running.IsValueCreated)
            await _running.Value.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var entry in _entries.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_correlator.Correlate(entry.Regarding, entry.Type, entry.Reason, entry.Message) is { } series)
                    await WriteAsync(entry, series).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Events are a courtesy: those still queued at the end are let go.
        }
    }

    private async Task WriteAsync(Entry entry, EventCorrelator.Series series)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteOnceAsync(entry, series).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Reason is not (StatusReason.ServiceUnavailable or StatusReason.TooManyRequests or StatusReason.Timeout or StatusReason.ServerTimeout or StatusReason.InternalError))
            {
                // The server understood and refused (a namespace that is going, say): trying again changes nothing.
                LogRefused(entry.Reason, entry.Regarding.Name, e.Message);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (attempt == Attempts)
                {
                    LogRefused(entry.Reason, entry.Regarding.Name, e.Message);
                    return;
                }

                await Task.Delay(TimeSpan.FromSeconds(attempt), _time, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task WriteOnceAsync(Entry entry, EventCorrelator.Series series)
    {
        if (series.Written is { } key)
        {
            try
            {
                await _client.PatchAsync<Event>(key.Namespace, key.Name, PatchKind.Merge, CountUp(series), cancellationToken: _stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (ApiException e) when (e.Reason == StatusReason.NotFound)
            {
                // Expired in the meantime: written anew, with its count.
                series.Written = null;
            }
        }

        // Events of cluster-scoped objects live in "default", as everywhere.
        var ns = string.IsNullOrEmpty(entry.Regarding.Namespace) ? "default" : entry.Regarding.Namespace;
        var suffix = (series.First.UtcTicks + Interlocked.Increment(ref _sequence)).ToString("x", CultureInfo.InvariantCulture);
        var created = await _client.CreateAsync(
            new Event
            {
                Metadata = new ObjectMeta { Namespace = ns, Name = $"{entry.Regarding.Name}.{suffix}" },
                InvolvedObject = entry.Regarding,
                Type = entry.Type,
                Reason = entry.Reason,
                Message = series.Message,
                Source = _source,
                ReportingComponent = _source.Component,
                ReportingInstance = _source.Host,
                FirstTimestamp = series.First,
                LastTimestamp = series.Last,
                Count = series.Count,
            },
            _stopping.Token).ConfigureAwait(false);
        series.Written = created.Metadata.KeyOf();
    }

    private static ReadOnlyMemory<byte> CountUp(EventCorrelator.Series series)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("count", series.Count);
            writer.WriteString("message", series.Message);
            writer.WritePropertyName("lastTimestamp");
            JsonOut.Time(writer, series.Last);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "event {Reason} of {Name} was not written: {Error}")]
    private partial void LogRefused(string reason, string? name, string error);

    private sealed record Entry(ObjectReference Regarding, string Type, string Reason, string Message);
}
