namespace LiteKube.Admission.Metrics;

/// <summary>What was counted for one set of label values.</summary>
public sealed class MetricSeries
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<double> _bounds;
    private readonly long[] _counts;
    private long _count;
    private double _sum;

    internal MetricSeries(IReadOnlyList<string> values, IReadOnlyList<double> bounds)
    {
        Values = values;
        _bounds = bounds;
        _counts = new long[bounds.Count];
    }

    public IReadOnlyList<string> Values { get; }

    /// <summary>How many there were in all, their sum, and how many were at most each bound.</summary>
    public (long Count, double Sum, long[] AtMost) Read()
    {
        lock (_gate)
            return (_count, _sum, [.. _counts]);
    }

    internal void Add(double seconds)
    {
        lock (_gate)
        {
            _count++;
            _sum += seconds;
            for (var i = 0; i < _counts.Length; i++)
                if (seconds <= _bounds[i])
                    _counts[i]++;
        }
    }
}
