using System.Globalization;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>Linux capabilities by name, in the kernel's order: capabilities(7).</summary>
internal static class Capabilities
{
    private static readonly string[] s_all =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP",
        "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>What a container has that asks for nothing: the set that container engines agree on.</summary>
    private static readonly string[] s_default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE",
        "CAP_NET_RAW", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP",
    ];

    /// <summary>Those that this process could hand on: a machine inside a machine often lacks some.</summary>
    public static IReadOnlySet<string> ReadBounding(string statusFile = "/proc/self/status")
    {
        var line = File.ReadLines(statusFile).FirstOrDefault(l => l.StartsWith("CapBnd:", StringComparison.Ordinal));
        var bits = line is null ? ulong.MaxValue : ulong.Parse(line["CapBnd:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return s_all.Where((_, i) => (bits & (1UL << i)) != 0).ToHashSet(StringComparer.Ordinal);
    }

    /// <exception cref="RuntimeException">CreateContainer: there is no such capability.</exception>
    public static IReadOnlyList<string> Of(ContainerSecurity security, IReadOnlySet<string> bounding)
    {
        if (security.Privileged)
            return [.. s_all.Where(bounding.Contains)];
        var add = security.AddCapabilities.Select(Name).ToHashSet(StringComparer.Ordinal);
        var drop = security.DropCapabilities.Select(Name).ToHashSet(StringComparer.Ordinal);
        var start = add.Contains(All) ? s_all : drop.Contains(All) ? [] : s_default;
        return [.. s_all.Where(c => (start.Contains(c) || add.Contains(c)) && (!drop.Contains(c) || (drop.Contains(All) && add.Contains(c))) && bounding.Contains(c))];
    }

    private const string All = "ALL";

    private static string Name(string name)
    {
        var upper = name.ToUpperInvariant();
        if (upper == All)
            return All;
        var full = upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper : "CAP_" + upper;
        return s_all.Contains(full) ? full : throw new RuntimeException(RuntimeError.CreateContainer, $"unknown capability \"{full}\"");
    }
}
