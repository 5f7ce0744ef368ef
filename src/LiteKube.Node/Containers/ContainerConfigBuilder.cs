using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Pods;
using LiteKube.Node.Registration;
using LiteKube.Node.Resources;
using LiteKube.Node.Runtime;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Containers;

/// <summary>All that the engine is told of a container.</summary>
internal sealed class ContainerConfigBuilder(EnvironmentBuilder environments, NodeOptions options, Func<NodeResources> resources)
{
    private const UnixFileMode WritableByAll = (UnixFileMode)0b110_110_110;
    private const string DefaultTerminationLog = "/dev/termination-log";

    /// <exception cref="ContainerConfigException">The spec cannot be met now.</exception>
    public async ValueTask<ContainerConfig> BuildAsync(Pod pod, Container container, int attempt, ImageStatus image, PodAddresses addresses, PodVolumes volumes, PodPaths paths, CancellationToken cancellationToken)
    {
        SecuritySettings.CheckNonRoot(pod, container, image.User);
        var node = resources();
        var environment = await environments.BuildAsync(pod, container, addresses, node.Allocatable, cancellationToken).ConfigureAwait(false);
        var security = SecuritySettings.Of(pod, container, Path.Combine(options.RootDirectory, "seccomp"), options.SeccompDefault);
        var mounts = Mounts(container, environment, volumes);
        AddPodFiles(mounts, pod, container, paths, security.ReadOnlyRootFilesystem);
        var terminationLog = AddTerminationLog(mounts, container, attempt, paths);
        return new ContainerConfig(pod.IdentityOf(), container.Name, attempt, container.Image ?? "", image.Id)
        {
            Command = [.. container.Command.Select(environment.Expand)],
            Args = [.. container.Args.Select(environment.Expand)],
            WorkingDirectory = string.IsNullOrEmpty(container.WorkingDir) ? null : container.WorkingDir,
            Environment = environment.Variables,
            Mounts = mounts,
            Stdin = container.Stdin == true,
            StdinOnce = container.StdinOnce == true,
            Tty = container.Tty == true,
            Resources = ContainerLimits.Of(pod, container, node.Capacity.Of("memory").Value),
            Security = security,
            StopSignal = container.Lifecycle?.StopSignal,
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [ContainerHash.Annotation] = ContainerHash.Of(container),
                [TerminationMessage.PathAnnotation] = terminationLog,
                [TerminationMessage.PolicyAnnotation] = container.TerminationMessagePolicy ?? "File",
                [OrphanCleanup.GraceAnnotation] = pod.GraceOf().TotalSeconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture),
            },
        };
    }

    private static List<ContainerMount> Mounts(Container container, ContainerEnvironment environment, PodVolumes volumes)
    {
        var result = new List<ContainerMount>();
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var mount = container.VolumeMounts[i];
            var subPath = string.IsNullOrEmpty(mount.SubPathExpr) ? mount.SubPath : VariableExpansion.ExpandStrict(mount.SubPathExpr, environment.Find);
            var source = volumes.SourceOf(container.Name, mount, i, subPath);
            var target = mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath;
            result.Add(new ContainerMount(source, target, mount.ReadOnly == true, mount.MountPropagation switch
            {
                "HostToContainer" => MountPropagation.HostToContainer,
                "Bidirectional" => MountPropagation.Bidirectional,
                _ => MountPropagation.Private,
            }));
        }

        return result;
    }

    /// <summary>hosts and resolv.conf, unless the container brings its own.</summary>
    private static void AddPodFiles(List<ContainerMount> mounts, Pod pod, Container container, PodPaths paths, bool readOnly)
    {
        Add("/etc/hosts", paths.HostsFile, readOnly);
        Add("/etc/resolv.conf", paths.ResolverFile, readOnly);

        void Add(string target, string source, bool asReadOnly)
        {
            if (!container.VolumeMounts.Any(m => m.MountPath.TrimEnd('/') == target))
                mounts.Add(new ContainerMount(source, target, asReadOnly));
        }
    }

    private static string AddTerminationLog(List<ContainerMount> mounts, Container container, int attempt, PodPaths paths)
    {
        var path = paths.TerminationLog(container.Name, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);

        // Whatever user the container runs as shall be able to write it.
        File.SetUnixFileMode(path, WritableByAll);
        mounts.Add(new ContainerMount(path, string.IsNullOrEmpty(container.TerminationMessagePath) ? DefaultTerminationLog : container.TerminationMessagePath));
        return path;
    }
}
