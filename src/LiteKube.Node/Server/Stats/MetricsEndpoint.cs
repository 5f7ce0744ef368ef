using System.Diagnostics;
using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.Stats;

/// <summary><c>/metrics/resource</c>, which the metrics server reads, and <c>/metrics</c> about this process.</summary>
internal sealed class MetricsEndpoint(UsageReader usage, IPodDirectory directory, NodeServerOptions options, TimeProvider time)
{
    public async Task ResourceAsync(HttpContext context)
    {
        IReadOnlyList<PodUsage> pods = [];
        var failed = 0;
        try
        {
            pods = await usage.ReadAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (RuntimeException)
        {
            failed = 1;
        }

        await WriteAsync(context, Resource(pods, failed)).ConfigureAwait(false);
    }

    public Task ProcessAsync(HttpContext context)
    {
        var text = new MetricsText();
        using var process = Process.GetCurrentProcess();
        text.Describe("process_cpu_seconds_total", "counter", "CPU time of this process in seconds.");
        text.Add("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        text.Describe("process_resident_memory_bytes", "gauge", "Resident memory of this process.");
        text.Add("process_resident_memory_bytes", process.WorkingSet64);
        text.Describe("process_start_time_seconds", "gauge", "Start of this process, seconds since 1970.");
        text.Add("process_start_time_seconds", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        text.Describe("kubelet_node_name", "gauge", "The node's name; always 1.");
        text.Add("kubelet_node_name", 1, null, ("node", options.NodeName));
        var pods = directory.Pods;
        text.Describe("kubelet_running_pods", "gauge", "Pods with a running container.");
        text.Add("kubelet_running_pods", pods.Count(p => p.Status.ContainerStatuses.Any(c => c.State?.Running is not null)));
        text.Describe("kubelet_running_containers", "gauge", "Containers by state.");
        foreach (var state in pods.SelectMany(p => p.Status.ContainerStatuses).GroupBy(StateOf))
            text.Add("kubelet_running_containers", state.Count(), null, ("container_state", state.Key));
        return WriteAsync(context, text);
    }

    private static string StateOf(Api.Core.V1.ContainerStatus status) => status.State switch
    {
        { Running: not null } => "running",
        { Terminated: not null } => "exited",
        _ => "created",
    };

    private MetricsText Resource(IReadOnlyList<PodUsage> pods, int failed)
    {
        var text = new MetricsText();
        var node = NodeUsage.Read();
        var now = time.GetUtcNow();
        text.Describe("node_cpu_usage_seconds_total", "counter", "CPU time used on the node in core-seconds.");
        text.Add("node_cpu_usage_seconds_total", node.CpuNanoseconds / 1e9, now);
        text.Describe("node_memory_working_set_bytes", "gauge", "Working set of the node.");
        text.Add("node_memory_working_set_bytes", node.WorkingSetBytes, now);
        text.Describe("pod_cpu_usage_seconds_total", "counter", "CPU time used by the pod in core-seconds.");
        foreach (var pod in pods)
            text.Add("pod_cpu_usage_seconds_total", pod.CpuNanoseconds / 1e9, pod.Containers[^1].Stats.Time, ("namespace", pod.Pod.Metadata.Namespace), ("pod", pod.Pod.Metadata.Name));
        text.Describe("pod_memory_working_set_bytes", "gauge", "Working set of the pod.");
        foreach (var pod in pods)
            text.Add("pod_memory_working_set_bytes", pod.WorkingSetBytes, pod.Containers[^1].Stats.Time, ("namespace", pod.Pod.Metadata.Namespace), ("pod", pod.Pod.Metadata.Name));
        text.Describe("container_cpu_usage_seconds_total", "counter", "CPU time used by the container in core-seconds.");
        AddContainers(text, pods, "container_cpu_usage_seconds_total", c => c.Stats.CpuNanoseconds / 1e9);
        text.Describe("container_memory_working_set_bytes", "gauge", "Working set of the container.");
        AddContainers(text, pods, "container_memory_working_set_bytes", c => c.Stats.MemoryWorkingSetBytes);
        text.Describe("container_start_time_seconds", "gauge", "Start of the container, seconds since 1970.");
        AddContainers(text, pods, "container_start_time_seconds", c => (c.StartedAt ?? DateTimeOffset.UnixEpoch).ToUnixTimeMilliseconds() / 1000.0);
        text.Describe("resource_scrape_error", "gauge", "1 if the engine could not be asked, else 0.");
        text.Add("resource_scrape_error", failed);
        return text;
    }

    private static void AddContainers(MetricsText text, IReadOnlyList<PodUsage> pods, string name, Func<ContainerUsage, double> value)
    {
        foreach (var pod in pods)
        {
            foreach (var container in pod.Containers)
                text.Add(name, value(container), container.Stats.Time, ("container", container.Name), ("namespace", pod.Pod.Metadata.Namespace), ("pod", pod.Pod.Metadata.Name));
        }
    }

    private static Task WriteAsync(HttpContext context, MetricsText text)
    {
        context.Response.ContentType = MetricsText.ContentType;
        return context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }
}
