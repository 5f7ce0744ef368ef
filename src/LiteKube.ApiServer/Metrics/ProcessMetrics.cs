using System.Diagnostics;

namespace LiteKube.ApiServer.Metrics;

/// <summary>The process, by the names that every exporter uses.</summary>
internal static class ProcessMetrics
{
    public static void Write(MetricsText text)
    {
        using var process = Process.GetCurrentProcess();
        text.Single("process_cpu_seconds_total", "counter", "Processor time spent, in seconds.", process.TotalProcessorTime.TotalSeconds);
        text.Single("process_start_time_seconds", "gauge", "When the process started, in seconds since the epoch.", new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        text.Single("process_resident_memory_bytes", "gauge", "Resident memory.", process.WorkingSet64);
        text.Single("process_virtual_memory_bytes", "gauge", "Virtual memory.", process.VirtualMemorySize64);
        text.Single("process_open_fds", "gauge", "Open file descriptors.", Directory.GetFileSystemEntries("/proc/self/fd").Length);
        if (MostDescriptors() is { } most)
            text.Single("process_max_fds", "gauge", "Most file descriptors there may be.", most);
        text.Single("dotnet_gc_heap_bytes", "gauge", "Bytes in the managed heap.", GC.GetTotalMemory(false));
        text.Single("dotnet_thread_pool_threads", "gauge", "Threads of the thread pool.", ThreadPool.ThreadCount);
    }

    private static double? MostDescriptors()
    {
        foreach (var line in File.ReadLines("/proc/self/limits"))
        {
            if (line.StartsWith("Max open files", StringComparison.Ordinal))
                return double.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], out var most) ? most : null;
        }

        return null;
    }
}
