using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

/// <summary>An app container for the engine, joined to its sandbox's namespaces.</summary>
internal static class ContainerRequest
{
    /// <summary>For whoever reads <c>docker ps</c>; LiteKube itself goes by labels and ids.</summary>
    public static string NameOf(PodIdentity pod, string container, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"litekube_{container}_{pod.Name}_{pod.Namespace}_{pod.Uid}_{attempt}");

    /// <param name="user">As the engine wants it, <c>uid:gid</c>; null for the image's.</param>
    /// <param name="seccomp">The value of the engine's seccomp option; null for its default.</param>
    public static CreateContainerRequest Build(string sandboxId, SharedSandbox shared, ContainerConfig config, string? user, string? seccomp, DockerRuntimeOptions options, OomScore oomScore, ApiVersion version)
    {
        var security = config.Security;
        return new CreateContainerRequest
        {
            Image = config.ImageId.Length > 0 ? config.ImageId : config.Image,
            User = user,
            Env = [.. config.Environment.Select(e => $"{e.Name}={e.Value}")],
            Entrypoint = config.Command.Count > 0 ? config.Command : null,
            Cmd = config.Args.Count > 0 ? config.Args : null,
            WorkingDir = config.WorkingDirectory is { Length: > 0 } directory ? directory : null,
            Labels = DockerLabels.For(sandboxId, config),
            Tty = config.Tty,
            OpenStdin = config.Stdin,
            StdinOnce = config.StdinOnce,
            StopSignal = config.StopSignal,
            HostConfig = new HostConfig
            {
                NetworkMode = shared.NetworkModeOfContainer(sandboxId),
                IpcMode = shared.IpcModeOfContainer(sandboxId),
                PidMode = shared.PidModeOfContainer(sandboxId, config.ProcessesOf),
                CgroupParent = shared.CgroupParent,
                Mounts = Optional(config.Mounts, m => MountOf(m, version)),
                LogConfig = LogConfigOf(options),
                Privileged = security.Privileged,
                ReadonlyRootfs = security.ReadOnlyRootFilesystem,
                CapAdd = Optional(security.AddCapabilities, c => c),
                CapDrop = Optional(security.DropCapabilities, c => c),
                GroupAdd = Optional(security.SupplementalGroups, g => g.ToString(CultureInfo.InvariantCulture)),
                SecurityOpt = SecurityOptions(security, seccomp),
                MaskedPaths = security.UnmaskedProc ? [] : null,
                ReadonlyPaths = security.UnmaskedProc ? [] : null,
                Devices = Optional(config.Devices, d => new DeviceMapping(d.HostPath, d.ContainerPath, d.Permissions)),
                OomScoreAdj = oomScore.Allowed(config.Resources.OomScoreAdjust),
                CpuShares = config.Resources.CpuShares,
                CpuQuota = config.Resources.CpuQuota,
                CpuPeriod = config.Resources.CpuPeriod,
                Memory = config.Resources.MemoryBytes,
                MemorySwap = SwapOf(config.Resources),
                PidsLimit = config.Resources.PidsLimit > 0 ? config.Resources.PidsLimit : null,
            },
        };
    }

    public static UpdateContainerRequest Update(ContainerResources resources) =>
        new(resources.CpuShares, resources.CpuQuota, resources.CpuPeriod, resources.MemoryBytes, SwapOf(resources));

    /// <summary>The engine counts memory and swap together, so no swap is as much as the memory.</summary>
    private static long SwapOf(ContainerResources resources) => resources.MemorySwapBytes != 0 ? resources.MemorySwapBytes : resources.MemoryBytes;

    private static MountSpec MountOf(ContainerMount mount, ApiVersion version)
    {
        // Private is what the engine takes without a word, but for directories around its own, where it insists on rslave and takes that.
        var propagation = mount.Propagation switch
        {
            MountPropagation.HostToContainer => "rslave",
            MountPropagation.Bidirectional => "rshared",
            _ => null,
        };
        bool? nonRecursive = mount.ReadOnly && version.CompareTo(new ApiVersion(1, 44)) >= 0 ? true : null;
        return new MountSpec("bind", mount.HostPath, mount.ContainerPath, mount.ReadOnly, new BindOptions(propagation, nonRecursive));
    }

    private static LogConfig LogConfigOf(DockerRuntimeOptions options) => new("json-file", new Dictionary<string, string>
    {
        ["max-size"] = options.LogMaxBytes.ToString(CultureInfo.InvariantCulture),
        ["max-file"] = options.LogMaxFiles.ToString(CultureInfo.InvariantCulture),
    });

    private static List<string>? SecurityOptions(ContainerSecurity security, string? seccomp)
    {
        List<string> options = [];
        if (security.NoNewPrivileges)
            options.Add("no-new-privileges");
        if (seccomp is not null)
            options.Add("seccomp=" + seccomp);
        if (security.AppArmorProfile is { Length: > 0 } profile and not "RuntimeDefault")
            options.Add("apparmor=" + (profile == "Unconfined" ? "unconfined" : profile));
        return options.Count > 0 ? options : null;
    }

    private static List<TOut>? Optional<TIn, TOut>(IReadOnlyList<TIn> values, Func<TIn, TOut> convert) => values.Count > 0 ? [.. values.Select(convert)] : null;
}
