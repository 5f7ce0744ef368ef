using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Engine;

/// <summary>How the machine's cgroups are mounted.</summary>
/// <param name="Version">1 or 2; where both are there, version 1 has the controllers that count.</param>
/// <param name="Unified">Where version 2 is mounted, alone or beside version 1; null where it is not.</param>
/// <param name="Controllers">Version 1's mounts by controller.</param>
internal sealed record CgroupHierarchy(int Version, string? Unified, IReadOnlyDictionary<string, string> Controllers)
{
    private const string Root = "/sys/fs/cgroup";
    private const long FirstVersion = 0x27e0eb;
    private const long SecondVersion = 0x63677270;

    public bool IsHybrid => Version == 1 && Unified is not null;

    /// <summary>Every directory that stands for the root.</summary>
    public IEnumerable<string> Mounts => Unified is null ? Controllers.Values.Distinct() : Controllers.Values.Append(Unified).Distinct();

    /// <summary>Mounts that others hide are none: containers of test machines and the like inherit such.</summary>
    public static CgroupHierarchy Read() => Of(MountTable.Read().Where(IsVisible));

    public static CgroupHierarchy Of(IEnumerable<MountEntry> mounts)
    {
        var controllers = new Dictionary<string, string>(StringComparer.Ordinal);
        string? unified = null;
        foreach (var mount in mounts.Where(m => m.Point == Root || m.Point.StartsWith(Root + "/", StringComparison.Ordinal)))
        {
            if (mount.FileSystem == "cgroup2")
                unified ??= mount.Point;
            if (mount.FileSystem != "cgroup")
                continue;
            foreach (var option in mount.Options.Split(','))
                controllers.TryAdd(option, mount.Point);
        }

        return new CgroupHierarchy(controllers.ContainsKey("memory") || controllers.ContainsKey("cpu") || unified is null ? 1 : 2, unified, controllers);
    }

    /// <summary>The root has no such files; any cgroup in it whose memory is counted shows it.</summary>
    private bool UnifiedCountsSwap() => Directory.EnumerateDirectories(Unified!).FirstOrDefault(d => File.Exists(Path.Combine(d, "memory.max"))) is { } counted
        ? File.Exists(Path.Combine(counted, "memory.swap.max"))
        : File.Exists("/proc/swaps");

    private static bool IsVisible(MountEntry mount)
    {
        Span<long> result = stackalloc long[32];
        return mount.FileSystem is "cgroup" or "cgroup2" && Libc.FileSystemOf(mount.Point, result) == 0 && result[0] == (mount.FileSystem == "cgroup2" ? SecondVersion : FirstVersion);
    }

    /// <summary>Whether swap can be bounded here; engines refuse to where the kernel does not count it.</summary>
    public bool CountsSwap => Version == 2 ? UnifiedCountsSwap() : Controllers.TryGetValue("memory", out var memory) && File.Exists(Path.Combine(memory, "memory.memsw.limit_in_bytes"));
}
