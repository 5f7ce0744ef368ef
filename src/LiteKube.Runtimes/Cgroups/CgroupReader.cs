using System.Buffers.Text;
using System.Text;

namespace LiteKube.Runtimes.Cgroups;

internal readonly record struct CgroupUsage(ulong CpuNanoseconds, ulong UsageBytes, ulong WorkingSetBytes, ulong RssBytes);

/// <summary>CPU and memory of the cgroup that a process is in, on v1, v2 and hybrids of them.</summary>
internal sealed class CgroupReader(string procRoot = "/proc")
{
    private readonly Lazy<Mounts> _mounts = new(() => Mounts.Parse(File.ReadLines(Path.Combine(procRoot, "self/mountinfo"))));

    /// <summary>Null where the process is gone.</summary>
    public CgroupUsage? Read(int pid)
    {
        try
        {
            var groups = File.ReadAllLines(Path.Combine(procRoot, $"{pid}/cgroup"));
            var memory = PathOf(groups, "memory");
            var cpu = PathOf(groups, "cpuacct");
            return memory is not null && cpu is not null ? ReadV1(cpu, memory) : PathOf(groups, null) is { } unified ? ReadV2(unified) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static CgroupUsage ReadV1(string cpu, string memory)
    {
        var usage = ReadNumber(Path.Combine(memory, "memory.usage_in_bytes"));
        var stat = File.ReadAllBytes(Path.Combine(memory, "memory.stat"));
        return new CgroupUsage(ReadNumber(Path.Combine(cpu, "cpuacct.usage")), usage, Less(usage, Field(stat, "total_inactive_file "u8)), Field(stat, "total_rss "u8));
    }

    private static CgroupUsage ReadV2(string path)
    {
        var usage = ReadNumber(Path.Combine(path, "memory.current"));
        var stat = File.ReadAllBytes(Path.Combine(path, "memory.stat"));
        var cpu = File.ReadAllBytes(Path.Combine(path, "cpu.stat"));
        return new CgroupUsage(Field(cpu, "usage_usec "u8) * 1000, usage, Less(usage, Field(stat, "inactive_file "u8)), Field(stat, "anon "u8));
    }

    /// <summary>The working set is what cannot be given back at once: all but file pages not used lately.</summary>
    private static ulong Less(ulong usage, ulong inactive) => usage > inactive ? usage - inactive : 0;

    /// <summary>Lines are <c>id:controllers:path</c>; v2's has id 0 and no controllers.</summary>
    private string? PathOf(string[] groups, string? controller)
    {
        foreach (var group in groups)
        {
            var parts = group.Split(':', 3);
            if (parts.Length == 3 && (controller is null ? parts[0] == "0" : parts[1].Split(',').Contains(controller)))
                return _mounts.Value.Resolve(controller, parts[2]);
        }

        return null;
    }

    private static ulong ReadNumber(string path) => Utf8Parser.TryParse(File.ReadAllBytes(path), out ulong value, out _) ? value : 0;

    private static ulong Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.StartsWith(name) && Utf8Parser.TryParse(line[name.Length..], out ulong value, out _))
                return value;
        }

        return 0;
    }

    /// <summary>Where the hierarchies are mounted: by controller for v1, and v2's one.</summary>
    private sealed class Mounts
    {
        private const string Unified = "";

        private readonly Dictionary<string, (string Root, string Point)> _byController = [];

        /// <summary>Lines are <c>id parent device root point options… - type source super-options</c>.</summary>
        public static Mounts Parse(IEnumerable<string> lines)
        {
            var mounts = new Mounts();
            foreach (var line in lines)
            {
                var separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
                if (separator < 0)
                    continue;
                var left = line[..separator].Split(' ');
                var right = line[(separator + 3)..].Split(' ');
                var mount = (Unescape(left[3]), Unescape(left[4]));
                if (right[0] == "cgroup2")
                    mounts._byController.TryAdd(Unified, mount);
                else if (right[0] == "cgroup" && right.Length > 2)
                {
                    foreach (var option in right[2].Split(','))
                        mounts._byController.TryAdd(option, mount);
                }
            }

            return mounts;
        }

        public string? Resolve(string? controller, string path)
        {
            if (!_byController.TryGetValue(controller ?? Unified, out var mount))
                return null;
            var below = mount.Root.Length > 1 && path.StartsWith(mount.Root, StringComparison.Ordinal) ? path[mount.Root.Length..] : path;
            return mount.Point + below.TrimEnd('/');
        }

        /// <summary>Spaces and the like stand as octal escapes.</summary>
        private static string Unescape(string text)
        {
            if (!text.Contains('\\'))
                return text;
            var result = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '\\' && i + 3 < text.Length)
                {
                    result.Append((char)Convert.ToInt32(text.Substring(i + 1, 3), 8));
                    i += 3;
                }
                else
                {
                    result.Append(text[i]);
                }
            }

            return result.ToString();
        }
    }
}
