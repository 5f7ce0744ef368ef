using System.Globalization;
using LiteKube.Api;

namespace LiteKube.ApiServer.Metrics;

/// <summary>Requests, as Kubernetes names and labels them. (https://kubernetes.io/docs/reference/instrumentation/metrics/)</summary>
internal static class RequestPageMetrics
{
    public static void Write(MetricsText text, RequestMetrics requests)
    {
        var all = requests.Series.ToArray();
        text.Family("apiserver_request_total", "counter", "Requests by verb, dry run, group, version, resource, scope, component and status code.");
        foreach (var (key, series) in all)
        {
            foreach (var code in series.Codes)
            {
                text.Sample("apiserver_request_total", Interlocked.Read(ref code.Value), "code", code.Code.ToString(CultureInfo.InvariantCulture), "component", "apiserver", "dry_run", key.DryRun ? "All" : "",
                    "group", Group(key.Resource), "resource", Resource(key.Resource), "scope", key.Scope, "subresource", key.Subresource, "verb", key.Verb, "version", Version(key.Resource));
            }
        }

        text.Family("apiserver_request_duration_seconds", "histogram", "How long requests took, in seconds, by verb, dry run, group, version, resource, sub-resource, scope and component.");
        foreach (var (key, series) in all)
            WriteDurations(text, key, series);
        text.Family("apiserver_current_inflight_requests", "gauge", "Requests under way, by kind; watches and tunnels not counted.");
        text.Sample("apiserver_current_inflight_requests", requests.Mutating, "request_kind", "mutating");
        text.Sample("apiserver_current_inflight_requests", requests.Reading, "request_kind", "readOnly");
        text.Family("apiserver_longrunning_requests", "gauge", "Watches, logs, tunnels and proxied requests under way.");
        foreach (var (key, series) in all)
        {
            if (series.Running > 0)
            {
                text.Sample("apiserver_longrunning_requests", series.Running, "component", "apiserver", "group", Group(key.Resource), "resource", Resource(key.Resource), "scope", key.Scope,
                    "subresource", key.Subresource, "verb", key.Verb, "version", Version(key.Resource));
            }
        }
    }

    private static void WriteDurations(MetricsText text, SeriesKey key, RequestSeries series)
    {
        const string name = "apiserver_request_duration_seconds";
        var counts = new long[RequestSeries.Bounds.Length + 1];
        long sum = 0;
        for (var i = 0; i < counts.Length; i++)
            counts[i] = sum += series.InBucket(i);
        if (sum == 0)
            return;
        for (var i = 0; i < counts.Length; i++)
            Sample("_bucket", counts[i], "le", i < RequestSeries.Bounds.Length ? RequestSeries.Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf");
        Sample("_sum", series.Seconds);
        Sample("_count", sum);

        void Sample(string suffix, double value, params string[] more) => text.Sample(name + suffix, value,
        [
            "component", "apiserver", "dry_run", key.DryRun ? "All" : "", "group", Group(key.Resource), "resource", Resource(key.Resource), "scope", key.Scope, "subresource", key.Subresource,
            "verb", key.Verb, "version", Version(key.Resource), .. more,
        ]);
    }

    private static string Group(ResourceType? resource) => resource?.Group ?? "";

    private static string Resource(ResourceType? resource) => resource?.Plural ?? "";

    private static string Version(ResourceType? resource) => resource?.Version ?? "";
}
