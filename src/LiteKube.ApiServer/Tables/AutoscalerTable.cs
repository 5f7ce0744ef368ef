using LiteKube.Api.Autoscaling.V2;

namespace LiteKube.ApiServer.Tables;

internal static class AutoscalerTable
{
    private const int MostMetrics = 2;

    public static Table<HorizontalPodAutoscaler> Table { get; } = new(
        new("Name", h => h.Metadata.Name, format: "name"),
        new("Reference", h => $"{h.Spec.ScaleTargetRef.Kind}/{h.Spec.ScaleTargetRef.Name}"),
        new("Targets", h => Targets(h)),
        new("MinPods", h => h.Spec.MinReplicas is { } least ? $"{least}" : Shown.Unset),
        new("MaxPods", h => (long)h.Spec.MaxReplicas, type: "integer"),
        new("Replicas", h => (long)(h.Status.CurrentReplicas ?? 0), type: "integer"),
        new("Age", (h, c) => Ages.Of(h.Metadata.CreationTimestamp, c)));

    private static string Targets(HorizontalPodAutoscaler autoscaler)
    {
        if (autoscaler.Spec.Metrics.Count == 0)
            return Shown.None;
        var shown = new List<string>();
        for (var i = 0; i < Math.Min(autoscaler.Spec.Metrics.Count, MostMetrics); i++)
            shown.Add(Target(autoscaler.Spec.Metrics[i], i < autoscaler.Status.CurrentMetrics.Count ? autoscaler.Status.CurrentMetrics[i] : null));
        var text = string.Join(", ", shown);
        return autoscaler.Spec.Metrics.Count > MostMetrics ? $"{text} + {autoscaler.Spec.Metrics.Count - MostMetrics} more..." : text;
    }

    private static string Target(MetricSpec metric, MetricStatus? status) => metric.Type switch
    {
        "Resource" => $"{metric.ResourceValue?.Name}: {Pair(metric.ResourceValue?.Target, status?.ResourceValue?.Current)}",
        "ContainerResource" => $"{metric.ContainerResource?.Name}: {Pair(metric.ContainerResource?.Target, status?.ContainerResource?.Current)}",
        "Pods" => Pair(metric.Pods?.Target, status?.Pods?.Current),
        "Object" => Pair(metric.Object?.Target, status?.Object?.Current),
        "External" => Pair(metric.External?.Target, status?.External?.Current),
        _ => "<unknown type>",
    };

    private static string Pair(MetricTarget? target, MetricValueStatus? current)
    {
        if (target?.AverageUtilization is { } wanted)
            return $"{(current?.AverageUtilization is { } now ? $"{now}%" : Shown.Unknown)}/{wanted}%";
        if (target?.AverageValue is { } average)
            return $"{current?.AverageValue?.ToString() ?? Shown.Unknown}/{average} (avg)";
        return $"{current?.Value?.ToString() ?? Shown.Unknown}/{target?.Value?.ToString() ?? Shown.Unknown}";
    }
}
