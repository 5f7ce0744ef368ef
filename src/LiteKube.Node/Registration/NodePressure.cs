using System.Globalization;

namespace LiteKube.Node.Registration;

/// <summary>How much is left of what pods share without limits.</summary>
/// <param name="FreeMemory">Bytes.</param>
/// <param name="FreeDiskShare">Of the file system of pods' files, 0 to 1.</param>
/// <param name="FreePidShare">Of the kernel's process ids, 0 to 1.</param>
internal sealed record NodePressure(long FreeMemory, double FreeDiskShare, double FreePidShare)
{
    public static NodePressure Read(string rootDirectory)
    {
        var drive = new DriveInfo(rootDirectory);
        return new NodePressure(MachineInfo.Memory("MemAvailable"), drive.TotalSize > 0 ? (double)drive.AvailableFreeSpace / drive.TotalSize : 1, FreePids());
    }

    private static double FreePids()
    {
        // The fourth field of loadavg is running/existing.
        var fields = File.ReadAllText("/proc/loadavg").Split(' ');
        return fields.Length > 3 && fields[3].Split('/') is [_, var existing]
            && long.TryParse(existing, NumberStyles.None, CultureInfo.InvariantCulture, out var used)
            && long.TryParse(File.ReadAllText("/proc/sys/kernel/pid_max").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var max) && max > 0
                ? 1 - ((double)used / max)
                : 1;
    }
}
