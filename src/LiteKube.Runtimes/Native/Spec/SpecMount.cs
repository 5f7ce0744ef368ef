using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Native.Spec;

internal sealed record SpecMount(string Destination, string Type, string Source, IReadOnlyList<string> Options)
{
    /// <summary>What every container has besides the pod's mounts.</summary>
    /// <param name="sharedMemory">The pod's, or the machine's.</param>
    public static IEnumerable<SpecMount> Standard(bool privileged, string sharedMemory, string? hostname)
    {
        var access = privileged ? "rw" : "ro";
        yield return new SpecMount("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]);
        yield return new SpecMount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]);
        yield return new SpecMount("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]);
        yield return new SpecMount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]);
        yield return new SpecMount("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", access]);
        yield return new SpecMount("/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", access]);
        yield return new SpecMount("/dev/shm", "bind", sharedMemory, ["rbind", "rprivate", "nosuid", "noexec", "nodev", "rw"]);
        if (hostname is not null)
            yield return new SpecMount("/etc/hostname", "bind", hostname, ["rbind", "rprivate", privileged ? "rw" : "ro"]);
    }

    /// <summary>A mount of the pod.</summary>
    /// <exception cref="RuntimeException">CreateContainer: the propagation asked for needs what the machine's mount is not.</exception>
    public static SpecMount Of(ContainerMount mount, IReadOnlyList<MountEntry> machine)
    {
        var propagation = mount.Propagation switch
        {
            MountPropagation.HostToContainer => "rslave",
            MountPropagation.Bidirectional => "rshared",
            _ => "rprivate",
        };
        if (mount.Propagation != MountPropagation.Private && MountTable.Containing(machine, mount.HostPath) is { } on)
        {
            if (mount.Propagation == MountPropagation.Bidirectional && !on.Shared)
                throw new RuntimeException(RuntimeError.CreateContainer, $"path \"{mount.HostPath}\" is mounted on \"{on.Point}\" but it is not a shared mount");
            if (!on.Receives)
                throw new RuntimeException(RuntimeError.CreateContainer, $"path \"{mount.HostPath}\" is mounted on \"{on.Point}\" but it is not a shared or slave mount");
        }

        return new SpecMount(mount.ContainerPath, "bind", mount.HostPath, ["rbind", propagation, mount.ReadOnly ? "ro" : "rw"]);
    }

    /// <summary>How the container's root must be mounted for what its mounts propagate; null for privately.</summary>
    public static string? RootPropagation(IReadOnlyList<ContainerMount> mounts) =>
        mounts.Any(m => m.Propagation == MountPropagation.Bidirectional) ? "rshared"
        : mounts.Any(m => m.Propagation == MountPropagation.HostToContainer) ? "rslave" : null;
}
