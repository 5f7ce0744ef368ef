using System.Globalization;

namespace LiteKube.Node.Server.Stats;

/// <summary>What the machine as a whole uses, from the kernel's files.</summary>
internal sealed record NodeUsage(DateTimeOffset BootedAt, ulong CpuNanoseconds, ulong MemoryBytes, ulong UsageBytes, ulong WorkingSetBytes, ulong RssBytes)
{
    private const ulong NanosecondsPerTick = 1_000_000_000 / 100;

    public ulong AvailableBytes => MemoryBytes - WorkingSetBytes;

    public static NodeUsage Read()
    {
        var (cpu, booted) = ReadCpu();
        var memory = ReadMemory();
        var total = memory.GetValueOrDefault("MemTotal");
        var usage = total - memory.GetValueOrDefault("MemFree");
        var inactive = Math.Min(usage, memory.GetValueOrDefault("Inactive(file)"));
        return new NodeUsage(booted, cpu, total, usage, usage - inactive, memory.GetValueOrDefault("AnonPages"));
    }

    /// <summary>The first line sums all cores: user, nice, system, idle, iowait, irq, softirq, steal, in hundredths of seconds.</summary>
    private static (ulong Cpu, DateTimeOffset Booted) ReadCpu()
    {
        ulong busy = 0;
        var booted = DateTimeOffset.UnixEpoch;
        foreach (var line in File.ReadLines("/proc/stat"))
        {
            if (line.StartsWith("cpu ", StringComparison.Ordinal))
            {
                var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(t => ulong.Parse(t, CultureInfo.InvariantCulture)).ToArray();
                busy = ticks.Where((_, i) => i is not (3 or 4)).Aggregate(0UL, (sum, t) => sum + t);
            }
            else if (line.StartsWith("btime ", StringComparison.Ordinal))
            {
                booted = DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(6), CultureInfo.InvariantCulture));
            }
        }

        return (busy * NanosecondsPerTick, booted);
    }

    /// <summary>Lines are <c>Name:   123 kB</c>.</summary>
    private static Dictionary<string, ulong> ReadMemory()
    {
        var values = new Dictionary<string, ulong>();
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            var parts = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2 && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out var value))
                values[parts[0]] = value * 1024;
        }

        return values;
    }
}
