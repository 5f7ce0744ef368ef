using LiteKube.Api.Core.V1;

namespace LiteKube.Client;

/// <summary>
/// Makes few Events of many, by the rules that kubectl users know: the same event again raises a count; more than ten that differ only in
/// message within ten minutes become one "combined from similar events"; an object gets a burst of 25 and then one every five minutes.
/// Used by one thread.
/// </summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int MaxRemembered = 4096;
    private const int MaxSimilar = 10;
    private const double Burst = 25;
    private static readonly TimeSpan s_refill = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(10);

    private readonly Dictionary<ObjectKeyOf, Bucket> _buckets = [];
    private readonly Dictionary<(ObjectKeyOf, string Type, string Reason), Similar> _similar = [];
    private readonly Dictionary<(ObjectKeyOf, string Type, string Reason, string Message), Series> _series = [];

    /// <summary>What to write for an event: a new series, one to count up, or null for nothing.</summary>
    public Series? Correlate(ObjectReference regarding, string type, string reason, string message)
    {
        var now = time.GetUtcNow();
        var about = new ObjectKeyOf(regarding.Kind, regarding.Namespace, regarding.Name, regarding.Uid, regarding.FieldPath);
        if (!TakeToken(about, now))
            return null;

        var similar = Remember(_similar, (about, type, reason), static () => new Similar());
        if (now - similar.Last > s_window)
            similar.Messages.Clear();
        similar.Last = now;
        if (similar.Messages.Count >= MaxSimilar && !similar.Messages.Contains(message))
        {
            // One series stands for all; its text is that of the latest.
            var combined = Remember(_series, (about, type, reason, "(combined)"), static () => new Series());
            combined.Message = "(combined from similar events): " + message;
            return Count(combined, now);
        }

        similar.Messages.Add(message);
        var series = Remember(_series, (about, type, reason, message), static () => new Series());
        series.Message = message;
        return Count(series, now);
    }

    private static Series Count(Series series, DateTimeOffset now)
    {
        if (series.Count == 0)
            series.First = now;
        series.Count++;
        series.Last = now;
        return series;
    }

    private bool TakeToken(ObjectKeyOf about, DateTimeOffset now)
    {
        var bucket = Remember(_buckets, about, static () => new Bucket { Tokens = Burst });
        if (bucket.Last != default)
            bucket.Tokens = Math.Min(Burst, bucket.Tokens + ((now - bucket.Last) / s_refill));
        bucket.Last = now;
        if (bucket.Tokens < 1)
            return false;
        bucket.Tokens--;
        return true;
    }

    private static TValue Remember<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, Func<TValue> make) where TKey : notnull
    {
        if (table.TryGetValue(key, out var known))
            return known;

        // Forgetting costs at worst an event written twice, so no order is kept for it.
        if (table.Count >= MaxRemembered)
            table.Clear();
        return table[key] = make();
    }

    private readonly record struct ObjectKeyOf(string? Kind, string? Namespace, string? Name, string? Uid, string? FieldPath);

    private sealed class Bucket
    {
        public double Tokens;
        public DateTimeOffset Last;
    }

    private sealed class Similar
    {
        public readonly HashSet<string> Messages = new(StringComparer.Ordinal);
        public DateTimeOffset Last;
    }

    /// <summary>Events that are one to the reader.</summary>
    internal sealed class Series
    {
        public string Message = "";
        public int Count;
        public DateTimeOffset First;
        public DateTimeOffset Last;

        /// <summary>The Event object written for it, once there is one.</summary>
        public ObjectKey? Written;
    }
}
