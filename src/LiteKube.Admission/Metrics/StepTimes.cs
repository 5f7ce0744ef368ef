namespace LiteKube.Admission.Metrics;

/// <summary>How long one plugin, or the whole chain, took of each kind of request. Its series are found without putting their labels together anew: every write asks.</summary>
/// <param name="name">Of the plugin; null for the chain, whose family has no such label.</param>
internal sealed class StepTimes(MetricFamily family, string? name)
{
    private static readonly int s_operations = Enum.GetValues<AdmissionOperation>().Length;

    private readonly MetricSeries?[] _series = new MetricSeries?[s_operations * 4];

    public void Observe(bool validates, AdmissionOperation operation, bool rejected, TimeSpan elapsed)
    {
        ref var series = ref _series[((int)operation * 4) + (validates ? 2 : 0) + (rejected ? 1 : 0)];
        (series ??= SeriesOf(validates, operation, rejected)).Add(elapsed.TotalSeconds);
    }

    private MetricSeries SeriesOf(bool validates, AdmissionOperation operation, bool rejected)
    {
        string[] values = [validates ? "validate" : "admit", operation.ToString().ToUpperInvariant(), rejected ? "true" : "false"];
        return family.Of(name is null ? values : [name, .. values]);
    }
}
