using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Kinds;

/// <summary>
/// autoscaling/v1 knows one metric, the average CPU utilization. What else a v2 object says travels in annotations on the v1 form, so that a
/// client that reads v1 and writes it back changes nothing.
/// </summary>
internal sealed class AutoscalerConversion : IObjectConversion
{
    private const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
    private const string CurrentMetricsAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics";
    private const string ConditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";
    private const string BehaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

    public void ToServed(JsonObject stored)
    {
        stored["apiVersion"] = "autoscaling/v1";
        if (stored.Object("spec") is { } spec)
        {
            TakeUtilization(spec, "metrics", "target", "targetCPUUtilizationPercentage", out var others);
            Annotate(stored, MetricsAnnotation, others);
            spec.Remove("behavior", out var behavior);
            Annotate(stored, BehaviorAnnotation, behavior);
        }

        if (stored.Object("status") is { } status)
        {
            TakeUtilization(status, "currentMetrics", "current", "currentCPUUtilizationPercentage", out var others);
            Annotate(stored, CurrentMetricsAnnotation, others);
            status.Remove("conditions", out var conditions);
            Annotate(stored, ConditionsAnnotation, conditions);
        }
    }

    public void ToStorage(JsonObject served)
    {
        served["apiVersion"] = "autoscaling/v2";
        if (served.Object("spec") is { } spec)
        {
            GiveUtilization(served, spec, "metrics", "target", "targetCPUUtilizationPercentage", MetricsAnnotation);
            if (Take(served, BehaviorAnnotation) is { } behavior)
                spec["behavior"] = behavior;
        }

        if (served.Object("status") is { } status)
        {
            GiveUtilization(served, status, "currentMetrics", "current", "currentCPUUtilizationPercentage", CurrentMetricsAnnotation);
            if (Take(served, ConditionsAnnotation) is { } conditions)
                status["conditions"] = conditions;
        }
    }

    private static void TakeUtilization(JsonObject part, string list, string value, string field, out JsonNode? others)
    {
        part.Remove(list, out var metrics);
        var rest = new JsonArray();
        foreach (var metric in (metrics as JsonArray ?? []).ToArray())
        {
            var resource = (metric as JsonObject).Object("resource");
            if (resource.String("name") == "cpu" && !part.ContainsKey(field) && resource.Object(value).Long("averageUtilization") is { } percent)
                part[field] = percent;
            else
                rest.Add(metric?.DeepClone());
        }

        others = rest.Count == 0 ? null : rest;
    }

    private static void GiveUtilization(JsonObject served, JsonObject part, string list, string value, string field, string annotation)
    {
        var metrics = new JsonArray();
        if (part.Remove(field, out var percent) && percent is not null)
        {
            var amount = new JsonObject { ["averageUtilization"] = percent.DeepClone() };
            if (value == "target")
                amount["type"] = "Utilization";
            metrics.Add((JsonNode)new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", [value] = amount } });
        }

        foreach (var other in (Take(served, annotation) as JsonArray ?? []).ToArray())
            metrics.Add(other?.DeepClone());
        if (metrics.Count > 0)
            part[list] = metrics;
    }

    private static void Annotate(JsonObject tree, string name, JsonNode? value)
    {
        if (value is not null)
            tree.ObjectOrNew("metadata").ObjectOrNew("annotations")[name] = value.ToJsonString();
    }

    private static JsonNode? Take(JsonObject tree, string name)
    {
        var annotations = tree.Object("metadata").Object("annotations");
        if (annotations.String(name) is not { } text)
            return null;
        annotations!.Remove(name);
        return JsonTree.ParseAny(System.Text.Encoding.UTF8.GetBytes(text), out _);
    }
}
