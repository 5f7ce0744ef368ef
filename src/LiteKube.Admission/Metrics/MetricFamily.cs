using System.Collections.Concurrent;

namespace LiteKube.Admission.Metrics;

/// <summary>A counter, or a histogram where it has buckets, for each set of label values. The values come from configurations, so there are few.</summary>
public sealed class MetricFamily
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);

    internal MetricFamily(string name, string help, string[] labels, double[]? buckets = null)
    {
        Name = name;
        Help = help;
        Labels = labels;
        Buckets = buckets ?? [];
    }

    public string Name { get; }

    public string Help { get; }

    public IReadOnlyList<string> Labels { get; }

    /// <summary>Upper bounds in seconds; empty for a counter.</summary>
    public IReadOnlyList<double> Buckets { get; }

    public IEnumerable<MetricSeries> Series => _series.Values;

    internal void Count(params string[] values) => Of(values).Add(0);

    internal void Observe(TimeSpan elapsed, params string[] values) => Of(values).Add(elapsed.TotalSeconds);

    internal MetricSeries Of(string[] values) => _series.GetOrAdd(string.Join('\0', values), _ => new MetricSeries(values, Buckets));
}
