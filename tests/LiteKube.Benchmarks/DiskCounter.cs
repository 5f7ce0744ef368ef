using System.Globalization;

namespace LiteKube.Benchmarks;

/// <summary>
/// Bytes written, as the kernel counts them: by this process (pages made dirty, without the file system's own journal) and by the
/// whole disk under a directory (with it, and with everybody else's writes).
/// </summary>
internal sealed class DiskCounter
{
    private readonly string? _device;
    private readonly long _process;
    private readonly long _disk;

    public DiskCounter(string directory)
    {
        _device = DeviceOf(directory);
        _process = ReadProcess();
        _disk = ReadDisk();
    }

    public long ProcessBytes => ReadProcess() - _process;

    public long DiskBytes => ReadDisk() - _disk;

    private static long ReadProcess() => long.Parse(
        File.ReadLines("/proc/self/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal))[12..], CultureInfo.InvariantCulture);

    private static string? DeviceOf(string directory)
    {
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
            .Where(fields => fields[4] == "/" || directory == fields[4] || directory.StartsWith(fields[4] + "/", StringComparison.Ordinal));
        var stat = $"/sys/dev/block/{mounts.MaxBy(fields => fields[4].Length)![2]}/stat";
        return File.Exists(stat) ? stat : null;
    }

    private long ReadDisk() => _device is null ? 0 : 512 * long.Parse(
        File.ReadAllText(_device).Split(' ', StringSplitOptions.RemoveEmptyEntries)[6], CultureInfo.InvariantCulture);
}
