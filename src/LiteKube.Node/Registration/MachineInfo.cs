using System.Globalization;
using System.Runtime.InteropServices;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Registration;

/// <summary>What the machine says of itself, from /proc, /sys and /etc.</summary>
internal static class MachineInfo
{
    private const string KubeletVersion = "v1.36.0+litekube1";

    public static string Architecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <param name="runtime">Null while the engine is not there.</param>
    public static NodeSystemInfo SystemInfo(RuntimeInfo? runtime) => new()
    {
        Architecture = Architecture,
        OperatingSystem = "linux",
        OsImage = OsImage(),
        KernelVersion = ReadText("/proc/sys/kernel/osrelease"),
        BootID = ReadText("/proc/sys/kernel/random/boot_id"),
        MachineID = ReadText("/etc/machine-id"),
        SystemUUID = ReadText("/sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : ReadText("/etc/machine-id"),
        ContainerRuntimeVersion = runtime is null ? "" : $"{runtime.Name}://{runtime.Version}",
        KubeletVersion = KubeletVersion,

        // kube-proxy's own version is no longer known to a node (KEP-4004); clients still expect the field.
        KubeProxyVersion = "",
    };

    /// <summary>Online processors of the machine, whatever share of them this process may use.</summary>
    public static int Processors()
    {
        var online = ReadText("/sys/devices/system/cpu/online");
        var count = 0;
        foreach (var range in online.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = range.Split('-');
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                return System.Environment.ProcessorCount;
            count += last - first + 1;
        }

        return count > 0 ? count : System.Environment.ProcessorCount;
    }

    /// <summary>A field of /proc/meminfo in bytes.</summary>
    public static long Memory(string field)
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
            if (line.StartsWith(field, StringComparison.Ordinal) && line.Length > field.Length && line[field.Length] == ':')
                return long.Parse(line.AsSpan(field.Length + 1).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        return 0;
    }

    /// <summary>Sizes of huge pages that the kernel offers, with the bytes set aside for each: <c>hugepages-2Mi</c>.</summary>
    public static IEnumerable<(string Resource, long Bytes)> HugePages()
    {
        const string Root = "/sys/kernel/mm/hugepages";
        if (!Directory.Exists(Root))
            yield break;
        foreach (var directory in Directory.EnumerateDirectories(Root, "hugepages-*kB"))
        {
            var name = Path.GetFileName(directory)["hugepages-".Length..^2];
            if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var kib) || !long.TryParse(ReadText(Path.Combine(directory, "nr_hugepages")), NumberStyles.None, CultureInfo.InvariantCulture, out var pages))
                continue;
            yield return ("hugepages-" + Api.Quantity.FromBytes(kib * 1024), pages * kib * 1024);
        }
    }

    private static string OsImage()
    {
        const string File = "/etc/os-release";
        if (!System.IO.File.Exists(File))
            return "Linux";
        foreach (var line in System.IO.File.ReadLines(File))
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
                return line["PRETTY_NAME=".Length..].Trim('"');
        return "Linux";
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine may keep some of this from this process; the field is then empty, as upstream.
            return "";
        }
    }
}
