using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LiteKube.Hosting;
using LiteKube.Runtimes.Native;

namespace LiteKube.Checks;

/// <summary>All that is looked at by <c>litekube check</c>, a line each.</summary>
internal static partial class MachineChecks
{
    private const long LeastDisk = 2L << 30;
    private const long LeastMemory = 512L << 20;
    private const int ClockUnsynchronized = 0x40;

    private static readonly Version s_leastKernel = new(5, 4);

    public static IReadOnlyList<Finding> Run(ServerSettings settings) =>
    [
        Kernel(), .. Cgroups(), .. Modules(), Firewall(),
        Port(settings.HttpsListenPort, "choose another with --https-listen-port"), Port(Preflight.NodePort, "stop what listens there: ss -ltnp shows it"),
        Clock(), Disk(settings.Node.DataDir), Memory(), Engine(settings.Node),
    ];

    private static Finding Kernel()
    {
        var release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var numbers = release.Split('.', '-', '+');
        var version = new Version(int.Parse(numbers[0], CultureInfo.InvariantCulture), int.Parse(numbers[1], CultureInfo.InvariantCulture));
        return version >= s_leastKernel ? new Finding(Verdict.Good, "kernel", release)
            : new Finding(Verdict.Bad, "kernel", release, $"Linux {s_leastKernel} or later is needed: install a newer kernel");
    }

    private static IEnumerable<Finding> Cgroups()
    {
        var mounts = File.ReadLines("/proc/self/mounts").Select(l => l.Split(' ')).Where(f => f.Length > 3 && f[2] is "cgroup" or "cgroup2").ToArray();
        var v1 = mounts.Where(f => f[2] == "cgroup").SelectMany(f => f[3].Split(',')).ToHashSet(StringComparer.Ordinal);
        var unified = mounts.FirstOrDefault(f => f[2] == "cgroup2" && File.Exists(Path.Combine(f[1], "cgroup.controllers")))?[1];
        string[] present = v1.Contains("memory") || v1.Contains("cpu") || unified is null ? [.. v1] : File.ReadAllText(Path.Combine(unified, "cgroup.controllers")).Split(' ', '\n');
        var kind = v1.Contains("memory") ? unified is null ? "version 1" : "version 1, with version 2 beside it" : unified is null ? "none" : "version 2";
        var missing = ((string[])["cpu", "memory", "pids"]).Except(present).ToArray();
        yield return missing.Length == 0 ? new Finding(Verdict.Good, "cgroups", kind)
            : new Finding(Verdict.Bad, "cgroups", $"{kind}, without {string.Join(", ", missing)}", missing.Contains("memory") ? "add cgroup_enable=memory to the kernel's command line and reboot" : "mount them, as systemd does");
    }

    private static IEnumerable<Finding> Modules()
    {
        var overlay = File.ReadLines("/proc/filesystems").Any(l => l.EndsWith("\toverlay", StringComparison.Ordinal)) || HasModule("overlay");
        yield return overlay ? new Finding(Verdict.Good, "modules", "overlay file systems") : new Finding(Verdict.Bad, "modules", "no overlay file systems", "modprobe overlay");
        if (!Directory.Exists("/sys/module/vxlan") && !HasModule("vxlan"))
            yield return new Finding(Verdict.Poor, "modules", "no vxlan", "nodes must share one network segment; otherwise use a kernel with vxlan");
    }

    /// <summary>As a file to load, or part of the kernel.</summary>
    private static bool HasModule(string name)
    {
        var directory = "/lib/modules/" + File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return Directory.Exists("/sys/module/" + name)
            || ((string[])["modules.dep", "modules.builtin"]).Select(f => Path.Combine(directory, f)).Where(File.Exists).SelectMany(File.ReadLines).Any(l => l.Split(':')[0].Contains($"/{name}.ko", StringComparison.Ordinal));
    }

    private static Finding Firewall()
    {
        var tools = ((string[])["nft", "iptables"]).Where(InstalledProgram.Exists).ToArray();
        return tools.Length > 0 ? new Finding(Verdict.Good, "firewall", string.Join(" and ", tools)) : new Finding(Verdict.Bad, "firewall", "neither nft nor iptables", "install the package nftables");
    }

    private static Finding Port(int port, string remedy)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return new Finding(Verdict.Good, "port", $"{port} is free");
        }
        catch (SocketException e)
        {
            return new Finding(Verdict.Poor, "port", $"{port}: {e.Message}; fine where it is LiteKube that listens", remedy);
        }
    }

    private static Finding Clock()
    {
        Span<byte> state = stackalloc byte[256];
        state.Clear();
        var result = AdjustTime(state);

        // The first field says what to set: nothing. The status is a 32-bit field behind four longs.
        return result >= 0 && (MemoryMarshal.Read<int>(state[40..]) & ClockUnsynchronized) == 0 ? new Finding(Verdict.Good, "clock", "is kept by a time server")
            : new Finding(Verdict.Poor, "clock", "nobody keeps it", "certificates and tokens depend on it where there are several machines; install chrony or enable systemd-timesyncd");
    }

    private static Finding Disk(string dataDirectory)
    {
        var present = dataDirectory;
        while (!Directory.Exists(present))
            present = Path.GetDirectoryName(present)!;
        var free = new DriveInfo(present).AvailableFreeSpace;
        return free >= LeastDisk ? new Finding(Verdict.Good, "disk", $"{free >> 30} GiB free for {dataDirectory}")
            : new Finding(Verdict.Poor, "disk", $"{free >> 20} MiB free for {dataDirectory}", "make room, or choose another place with --data-dir");
    }

    private static Finding Memory()
    {
        var line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        var bytes = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        return new Finding(bytes >= LeastMemory ? Verdict.Good : Verdict.Poor, "memory", $"{bytes >> 20} MiB", bytes >= LeastMemory ? null : "LiteKube itself needs about 200 MiB of it");
    }

    private static Finding Engine(NodeSettings settings)
    {
        var native = NativePrograms.Look(ModuleOptions.NativeRuntime(settings));
        var (kind, why) = RuntimeChoice.Of(settings);
        if (kind == RuntimeKind.Docker)
            return File.Exists(settings.DockerHost["unix://".Length..])
                ? new Finding(Verdict.Good, "engine", $"Docker Engine at {settings.DockerHost} ({why}{(native.ArePresent ? "; --runtime native would use " + native.Engine : "")})")
                : new Finding(Verdict.Bad, "engine", $"no Docker Engine at {settings.DockerHost} ({why})", "start it, or use --runtime native");
        return native.ArePresent ? new Finding(Verdict.Good, "engine", $"native ({why}): {native.Engine}, {native.Explanation}") : new Finding(Verdict.Bad, "engine", "none", native.Remedy + ", or install Docker Engine");
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int AdjustTime(Span<byte> state);
}
