using System.Globalization;
using LiteKube.Admission.Metrics;

namespace LiteKube.ApiServer.Metrics;

/// <summary>The admission chain's metrics as text.</summary>
internal static class AdmissionPageMetrics
{
    public static void Write(MetricsText text, AdmissionMetrics metrics)
    {
        foreach (var family in metrics.Families)
        {
            text.Family(family.Name, family.Buckets.Count == 0 ? "counter" : "histogram", family.Help);
            foreach (var series in family.Series)
                Write(text, family, series);
        }
    }

    private static void Write(MetricsText text, MetricFamily family, MetricSeries series)
    {
        string[] labels = [.. family.Labels.Zip(series.Values).SelectMany(p => new[] { p.First, p.Second })];
        var (count, sum, atMost) = series.Read();
        if (atMost.Length == 0)
        {
            text.Sample(family.Name, count, labels);
            return;
        }

        for (var i = 0; i < atMost.Length; i++)
            text.Sample(family.Name + "_bucket", atMost[i], [.. labels, "le", Bound(family.Buckets[i])]);
        text.Sample(family.Name + "_bucket", count, [.. labels, "le", "+Inf"]);
        text.Sample(family.Name + "_sum", sum, labels);
        text.Sample(family.Name + "_count", count, labels);
    }

    // As Go writes it: 5e-07.
    private static string Bound(double bound) => bound < 1e-4 ? bound.ToString("0e-00", CultureInfo.InvariantCulture) : bound.ToString(CultureInfo.InvariantCulture);
}
