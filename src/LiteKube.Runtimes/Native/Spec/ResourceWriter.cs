using System.Buffers;
using System.Text.Json;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>Limits in the engine's words, which are cgroup v1's; the engine translates for v2.</summary>
internal static class ResourceWriter
{
    /// <summary>Devices that every container may use: type, major, minor, access. Any node may be made, few can be opened.</summary>
    private static readonly (string Type, long? Major, long? Minor, string Access)[] s_devices =
    [
        ("c", null, null, "m"), ("b", null, null, "m"),
        ("c", 1, 3, "rwm"), // null
        ("c", 1, 5, "rwm"), // zero
        ("c", 1, 7, "rwm"), // full
        ("c", 1, 8, "rwm"), // random
        ("c", 1, 9, "rwm"), // urandom
        ("c", 5, 0, "rwm"), // tty
        ("c", 5, 1, "rwm"), // console
        ("c", 5, 2, "rwm"), // ptmx
        ("c", 136, null, "rwm"), // pts/*
    ];

    public static void Write(Utf8JsonWriter json, ContainerSpec spec)
    {
        json.WriteStartObject();
        json.WriteStartArray("devices"u8);
        Rule(json, spec.Privileged, null, null, null, "rwm");
        if (!spec.Privileged)
        {
            foreach (var (type, major, minor, access) in s_devices)
                Rule(json, true, type, major, minor, access);
            foreach (var device in spec.Devices)
                Rule(json, true, device.Type.ToString(), device.Major, device.Minor, device.Permissions);
        }

        json.WriteEndArray();
        WriteLimits(json, spec.Resources);
        if (spec.OomGroup)
        {
            json.WriteStartObject("unified"u8);
            json.WriteString("memory.oom.group"u8, "1"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>What the engine's update takes.</summary>
    public static byte[] WriteUpdate(ContainerResources resources)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteLimits(json, resources);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, ContainerResources resources)
    {
        json.WriteStartObject("cpu"u8);
        Number(json, "shares"u8, resources.CpuShares);
        Number(json, "quota"u8, resources.CpuQuota);
        Number(json, "period"u8, resources.CpuPeriod);
        json.WriteEndObject();
        json.WriteStartObject("memory"u8);
        Number(json, "limit"u8, resources.MemoryBytes);

        // Memory and swap together: as much as the memory is no swap. Below zero it is left as it is.
        if (resources.MemorySwapBytes >= 0)
            Number(json, "swap"u8, resources.MemorySwapBytes != 0 ? resources.MemorySwapBytes : resources.MemoryBytes);
        json.WriteEndObject();
        if (resources.PidsLimit > 0)
        {
            json.WriteStartObject("pids"u8);
            json.WriteNumber("limit"u8, resources.PidsLimit);
            json.WriteEndObject();
        }
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
            json.WriteNumber(name, value);
    }

    private static void Rule(Utf8JsonWriter json, bool allow, string? type, long? major, long? minor, string access)
    {
        json.WriteStartObject();
        json.WriteBoolean("allow"u8, allow);
        if (type is not null)
            json.WriteString("type"u8, type);
        if (major is { } m)
            json.WriteNumber("major"u8, m);
        if (minor is { } n)
            json.WriteNumber("minor"u8, n);
        json.WriteString("access"u8, access);
        json.WriteEndObject();
    }
}
