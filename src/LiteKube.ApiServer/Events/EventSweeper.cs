using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Storage;
using LiteKube.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiteKube.ApiServer.Events;

/// <summary>Deletes Events that nobody has repeated for as long as they are kept.</summary>
internal sealed partial class EventSweeper(ResourceRegistry registry, ObjectStorage storage, ApiServerOptions options, TimeProvider time, ILogger<EventSweeper> log) : BackgroundService
{
    private const int PageSize = 500;

    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var swept = await SweepAsync(stoppingToken);
                if (swept > 0)
                    Swept(log, swept);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping is how this ends.
        }
    }

    /// <returns>How many Events are gone.</returns>
    internal async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var resource = registry.Get(Event.Resource);
        var oldest = time.GetUtcNow() - options.EventTtl;
        var query = new StoreQuery(resource.KeyPrefix, Limit: PageSize);
        var swept = 0;
        while (true)
        {
            var page = await storage.ListAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                var stored = StoredObject.Of(entry);
                if (LastSeen(stored.Object) < oldest && await storage.DeleteAsync(resource, entry.Key, stored, cancellationToken) is not null)
                    swept++;
            }

            if (page.Remaining == 0)
                return swept;
            query = query with { After = page.Entries[^1].Key };
        }
    }

    private static DateTimeOffset LastSeen(KubeObject stored)
    {
        // Not through the shared typed view, which would then be kept for every Event there is.
        var e = JsonText.Parse<Event>(stored.Json.Span);
        var times = (ReadOnlySpan<DateTimeOffset?>)[e.Metadata.CreationTimestamp, e.FirstTimestamp, e.LastTimestamp, e.EventTime, e.Series?.LastObservedTime];
        var last = DateTimeOffset.MinValue;
        foreach (var seen in times)
        {
            if (seen > last)
                last = seen.Value;
        }

        return last;
    }

    [LoggerMessage(LogLevel.Debug, "{Count} old Events deleted")]
    private static partial void Swept(ILogger log, int count);
}
