using LiteKube.Api;

namespace LiteKube.ApiServer.Metrics;

/// <summary>What requests have in common that are counted together. Null resource: requests for other paths.</summary>
internal readonly record struct SeriesKey(ResourceType? Resource, string Verb, string Subresource, string Scope, bool DryRun);

/// <summary>The counters of one series: requests by status code, and how long they took.</summary>
internal sealed class RequestSeries
{
    /// <summary>Upper bounds in seconds, as Kubernetes has them.</summary>
    public static readonly double[] Bounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private volatile CodeCounter[] _codes = [];
    private long _ticks;
    private long _running;

    /// <summary>Long-running requests under way.</summary>
    public long Running => Interlocked.Read(ref _running);

    public double Seconds => Interlocked.Read(ref _ticks) / (double)TimeSpan.TicksPerSecond;

    public IReadOnlyList<CodeCounter> Codes => _codes;

    public long InBucket(int index) => Interlocked.Read(ref _buckets[index]);

    public void Begin() => Interlocked.Increment(ref _running);

    public void End() => Interlocked.Decrement(ref _running);

    public void Count(int code) => Interlocked.Increment(ref CounterOf(code).Value);

    public void Observe(TimeSpan took)
    {
        Interlocked.Add(ref _ticks, took.Ticks);
        var seconds = took.TotalSeconds;
        var at = 0;
        while (at < Bounds.Length && seconds > Bounds[at])
            at++;
        Interlocked.Increment(ref _buckets[at]);
    }

    private CodeCounter CounterOf(int code)
    {
        foreach (var counter in _codes)
        {
            if (counter.Code == code)
                return counter;
        }

        lock (_gate)
        {
            foreach (var counter in _codes)
            {
                if (counter.Code == code)
                    return counter;
            }

            var made = new CodeCounter(code);
            _codes = [.. _codes, made];
            return made;
        }
    }

    internal sealed class CodeCounter(int code)
    {
        public int Code { get; } = code;

        public long Value;
    }
}
