using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Kernel;
using LiteKube.Runtimes.Native.Sandboxes;
using LiteKube.Runtimes.Native.Spec;
using LiteKube.Runtimes.Native.State;

namespace LiteKube.Runtimes.Native.Containers;

/// <summary>Decides what a container is, from the pod's word, the image's, the sandbox and the machine.</summary>
internal sealed class ContainerSpecBuilder(CgroupHierarchy cgroups, OomScore oomScore)
{
    private const int OpenFilesResource = 7;
    private const ulong MostOpenFiles = 1 << 20;
    private const string MachineSharedMemory = "/dev/shm";
    private const string AppArmorSwitch = "/sys/module/apparmor/parameters/enabled";

    private readonly IReadOnlySet<string> _bounding = Capabilities.ReadBounding();
    private readonly ulong _openFiles = ReadOpenFiles();
    private readonly bool _appArmor = File.Exists(AppArmorSwitch) && File.ReadAllText(AppArmorSwitch).StartsWith('Y');

    /// <summary>The container's root file system must be mounted: users are looked up in it, and the working directory is made there.</summary>
    /// <param name="target">The process whose container's processes it is to share; 0 for none.</param>
    /// <exception cref="RuntimeException">CreateContainer.</exception>
    public ContainerSpec Build(ContainerConfig config, ImageConfig image, NativeSandbox sandbox, ContainerPaths paths, string cgroup, int target)
    {
        var security = config.Security;
        var privileged = security.Privileged;
        var user = ProcessUser.Resolve(image.User, security, AccountFiles.Read(paths.Root));
        var capabilities = Capabilities.Of(security, _bounding);
        var directory = ProcessCommand.WorkingDirectory(config, image);
        RootedFiles.EnsureDirectory(paths.Root, directory);
        var record = sandbox.Record;
        return new ContainerSpec
        {
            Root = paths.Root,
            ReadOnlyRoot = security.ReadOnlyRootFilesystem,
            Arguments = ProcessCommand.Arguments(config, image),
            Environment = ProcessCommand.Environment(config, image, HostnameOf(record), user.Home),
            WorkingDirectory = directory,
            User = user,
            Terminal = config.Tty,
            Capabilities = capabilities,
            NoNewPrivileges = security.NoNewPrivileges,
            AppArmorProfile = _appArmor && !privileged && security.AppArmorProfile is { Length: > 0 } profile and not "RuntimeDefault" ? profile : null,
            OomScoreAdjust = oomScore.Allowed(config.Resources.OomScoreAdjust),
            OpenFiles = _openFiles,
            Seccomp = privileged ? null : SeccompFilter.Of(security.SeccompProfile, capabilities),
            Mounts = Mounts(config, image, sandbox, paths),
            RootPropagation = SpecMount.RootPropagation(config.Mounts),
            Privileged = privileged,
            Devices = [.. privileged ? SpecDevice.OfMachine() : [], .. config.Devices.SelectMany(SpecDevice.Of)],
            Namespaces = SandboxNamespaces.ForContainer(record, sandbox.Paths, target, cgroup: cgroups.Version == 2 && !privileged),
            Cgroup = cgroup,
            Resources = Limits(config.Resources),
            OomGroup = cgroups.Version == 2, // as the kubelet asks for there
            UnmaskedProc = security.UnmaskedProc,
        };
    }

    /// <summary>Swap is bounded only where the kernel counts it.</summary>
    public ContainerResources Limits(ContainerResources resources) => cgroups.CountsSwap ? resources : resources with { MemorySwapBytes = -1 };

    private static string HostnameOf(SandboxRecord sandbox) => sandbox.HostNetwork ? System.Environment.MachineName : sandbox.Hostname;

    private static List<SpecMount> Mounts(ContainerConfig config, ImageConfig image, NativeSandbox sandbox, ContainerPaths paths)
    {
        var record = sandbox.Record;
        var machine = MountTable.Read();
        var targets = config.Mounts.Select(m => m.ContainerPath.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);
        List<SpecMount> mounts =
        [
            .. SpecMount.Standard(config.Security.Privileged, record.HostIpc ? MachineSharedMemory : sandbox.Paths.SharedMemory, record.HostNetwork ? null : sandbox.Paths.Hostname)
                .Where(m => !targets.Contains(m.Destination)),
        ];
        if (config.Security.ReadOnlyRootFilesystem)
            mounts.AddRange(image.Volumes.Where(v => !targets.Contains(v.TrimEnd('/'))).Select(v => Volume(v, paths)).OfType<SpecMount>());

        // Shorter paths first, so that none hides one below it.
        mounts.AddRange(config.Mounts.OrderBy(m => m.ContainerPath.Count(c => c == '/')).Select(m => SpecMount.Of(m, machine)));
        return mounts;
    }

    /// <summary>A volume that the image declares stays writable where the root is not: its own directory once more, as a mount.</summary>
    private static SpecMount? Volume(string volume, ContainerPaths paths) =>
        RootedFiles.EnsureDirectory(paths.Root, volume) && RootedFiles.Resolve(paths.Root, volume) is { } source ? new SpecMount(volume, "bind", source, ["bind", "rprivate", "rw"]) : null;

    private static ulong ReadOpenFiles()
    {
        Span<ulong> limits = stackalloc ulong[2];
        return Libc.GetLimit(OpenFilesResource, limits) == 0 ? Math.Min(limits[1], MostOpenFiles) : 0;
    }
}
