using System.Globalization;
using System.Text.Json;
using LiteKube.Node.Runtime;
using Microsoft.AspNetCore.Http;

namespace LiteKube.Node.Server.Stats;

/// <summary><c>/stats/summary</c>: CPU and memory of the node, its pods and containers, and the file systems.</summary>
internal sealed class SummaryEndpoint(UsageReader usage, IContainerRuntime runtime, NodeServerOptions options, TimeProvider time)
{
    private readonly UsageRates _rates = new(time);
    private readonly Lock _lock = new();

    public async Task HandleAsync(HttpContext context)
    {
        var pods = await usage.ReadAsync(context.RequestAborted).ConfigureAwait(false);
        var images = await runtime.Images.GetFileSystemAsync(context.RequestAborted).ConfigureAwait(false);
        byte[] body;
        lock (_lock)
        {
            _rates.Begin();
            body = Write(pods, images);
            _rates.End();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private byte[] Write(IReadOnlyList<PodUsage> pods, ImageFileSystem images)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteNode(json, images);
            json.WriteStartArray("pods"u8);
            foreach (var pod in pods)
                WritePod(json, pod);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private void WriteNode(Utf8JsonWriter json, ImageFileSystem images)
    {
        var node = NodeUsage.Read();
        json.WriteStartObject("node"u8);
        json.WriteString("nodeName"u8, options.NodeName);
        json.WriteString("startTime"u8, Time(node.BootedAt));
        WriteCpu(json, "", time.GetUtcNow(), node.CpuNanoseconds);
        WriteMemory(json, time.GetUtcNow(), node.UsageBytes, node.WorkingSetBytes, node.RssBytes, node.AvailableBytes);
        WriteFileSystem(json, "fs"u8, "/", null);
        json.WriteStartObject("runtime"u8);
        WriteFileSystem(json, "imageFs"u8, images.Path, images.UsedBytes);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WritePod(Utf8JsonWriter json, PodUsage usage)
    {
        var meta = usage.Pod.Metadata;
        json.WriteStartObject();
        json.WriteStartObject("podRef"u8);
        json.WriteString("name"u8, meta.Name);
        json.WriteString("namespace"u8, meta.Namespace);
        json.WriteString("uid"u8, meta.Uid);
        json.WriteEndObject();
        if (usage.Pod.Status.StartTime is { } started)
            json.WriteString("startTime"u8, Time(started));
        json.WriteStartArray("containers"u8);
        foreach (var container in usage.Containers)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, container.Name);
            if (container.StartedAt is { } containerStarted)
                json.WriteString("startTime"u8, Time(containerStarted));
            var stats = container.Stats;
            WriteCpu(json, stats.Id, stats.Time, stats.CpuNanoseconds);
            WriteMemory(json, stats.Time, stats.MemoryUsageBytes, stats.MemoryWorkingSetBytes, stats.MemoryRssBytes, null);
            json.WriteStartObject("rootfs"u8);
            json.WriteString("time"u8, Time(stats.Time));
            json.WriteNumber("usedBytes"u8, stats.WritableBytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var now = usage.Containers[^1].Stats.Time;
        WriteCpu(json, "pod/" + meta.Uid, now, usage.CpuNanoseconds);
        WriteMemory(json, now, usage.UsageBytes, usage.WorkingSetBytes, usage.RssBytes, null);
        json.WriteEndObject();
    }

    private void WriteCpu(Utf8JsonWriter json, string key, DateTimeOffset at, ulong nanoseconds)
    {
        json.WriteStartObject("cpu"u8);
        json.WriteString("time"u8, Time(at));
        if (_rates.NanoCores(key, nanoseconds) is { } cores)
            json.WriteNumber("usageNanoCores"u8, cores);
        json.WriteNumber("usageCoreNanoSeconds"u8, nanoseconds);
        json.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter json, DateTimeOffset at, ulong used, ulong workingSet, ulong rss, ulong? available)
    {
        json.WriteStartObject("memory"u8);
        json.WriteString("time"u8, Time(at));
        if (available is { } bytes)
            json.WriteNumber("availableBytes"u8, bytes);
        json.WriteNumber("usageBytes"u8, used);
        json.WriteNumber("workingSetBytes"u8, workingSet);
        json.WriteNumber("rssBytes"u8, rss);
        json.WriteEndObject();
    }

    private void WriteFileSystem(Utf8JsonWriter json, ReadOnlySpan<byte> name, string path, long? used)
    {
        json.WriteStartObject(name);
        json.WriteString("time"u8, Time(time.GetUtcNow()));
        try
        {
            var drive = new DriveInfo(path);
            json.WriteNumber("availableBytes"u8, drive.AvailableFreeSpace);
            json.WriteNumber("capacityBytes"u8, drive.TotalSize);
            used ??= drive.TotalSize - drive.TotalFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The engine's directory is not one that this process sees: only what the engine says is known.
        }

        if (used is { } bytes)
            json.WriteNumber("usedBytes"u8, bytes);
        json.WriteEndObject();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
