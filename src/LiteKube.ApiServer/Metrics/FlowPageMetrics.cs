using LiteKube.ApiServer.Flow;

namespace LiteKube.ApiServer.Metrics;

/// <summary>Priority and fairness: seats, queues and who was turned away.</summary>
internal static class FlowPageMetrics
{
    public static void Write(MetricsText text, FlowControl flows)
    {
        var levels = flows.Levels.OrderBy(l => l.Name, StringComparer.Ordinal).ToArray();
        Each(text, levels, "apiserver_flowcontrol_nominal_limit_seats", "gauge", "Seats that a priority level has of its own.", l => l.Limits.Nominal);
        Each(text, levels, "apiserver_flowcontrol_upper_limit_seats", "gauge", "Seats that a priority level may have with what it borrows.", l => l.Limits.IsExempt ? 0 : l.Limits.Most);
        Each(text, levels, "apiserver_flowcontrol_lower_limit_seats", "gauge", "Seats that a priority level never lends.", l => l.Limits.Nominal - l.Limits.Lendable);
        Each(text, levels, "apiserver_flowcontrol_current_executing_requests", "gauge", "Requests of a priority level under way.", l => l.Executing);
        Each(text, levels, "apiserver_flowcontrol_current_inqueue_requests", "gauge", "Requests of a priority level that wait for a seat.", l => l.Waiting);
        Each(text, levels, "apiserver_flowcontrol_dispatched_requests_total", "counter", "Requests of a priority level that got a seat.", l => l.Dispatched);
        text.Family("apiserver_flowcontrol_rejected_requests_total", "counter", "Requests turned away, and why.");
        foreach (var ((schema, level, reason), count) in flows.Rejections.Counts)
            text.Sample("apiserver_flowcontrol_rejected_requests_total", count, "flow_schema", schema, "priority_level", level, "reason", reason);
    }

    private static void Each(MetricsText text, PriorityLevel[] levels, string name, string type, string help, Func<PriorityLevel, double> value)
    {
        text.Family(name, type, help);
        foreach (var level in levels)
            text.Sample(name, value(level), "priority_level", level.Name);
    }
}
