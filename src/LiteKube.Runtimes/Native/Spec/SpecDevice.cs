using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>A device node of the machine as the container gets it.</summary>
/// <param name="Type">c or b.</param>
internal sealed record SpecDevice(string Path, char Type, uint Major, uint Minor, uint Mode, uint User, uint Group, string Permissions)
{
    private const int StatSize = 256;
    private const uint TypeMask = 0xF000;
    private const uint Character = 0x2000;
    private const uint Block = 0x6000;

    /// <summary>What every container has of its own already, and what are not devices.</summary>
    private static readonly string[] s_own = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"];

    /// <exception cref="RuntimeException">CreateContainer: there is no such device.</exception>
    public static IEnumerable<SpecDevice> Of(ContainerDevice device)
    {
        if (Directory.Exists(device.HostPath))
        {
            foreach (var found in Below(device.HostPath))
                yield return found with { Path = device.ContainerPath + found.Path[device.HostPath.Length..], Permissions = device.Permissions };
            yield break;
        }

        yield return Read(device.HostPath) is { } one
            ? one with { Path = device.ContainerPath, Permissions = device.Permissions }
            : throw new RuntimeException(RuntimeError.CreateContainer, $"{device.HostPath} is not a device");
    }

    /// <summary>Every device of the machine, for privileged containers.</summary>
    public static IEnumerable<SpecDevice> OfMachine() => Below("/dev");

    private static IEnumerable<SpecDevice> Below(string directory)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(directory))
        {
            if (s_own.Contains(System.IO.Path.GetFileName(path)) || new FileInfo(path).LinkTarget is not null)
                continue;
            if (Directory.Exists(path))
            {
                foreach (var device in Below(path))
                    yield return device;
            }
            else if (Read(path) is { } device)
            {
                yield return device;
            }
        }
    }

    private static SpecDevice? Read(string path)
    {
        Span<byte> stat = stackalloc byte[StatSize];
        if (Libc.Stat(path, stat) != 0)
            return null;
        var status = FileStatus.Parse(stat);
        return (status.Mode & TypeMask) switch
        {
            Character => Create('c'),
            Block => Create('b'),
            _ => null,
        };

        SpecDevice Create(char type) => new(path, type, status.DeviceMajor, status.DeviceMinor, status.Mode & 0xFFF, status.User, status.Group, "rwm");
    }
}
