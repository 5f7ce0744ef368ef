using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

/// <summary>
/// A sandbox as a container for the engine: the pause program, holding the pod's namespaces. It needs no rights for that, so it gets none, whatever
/// the pod's own containers are allowed.
/// </summary>
internal static class SandboxRequest
{
    /// <summary>Sandboxes outlive nearly everything when memory is short: as the kubelet's own pause containers.</summary>
    private const int OomScoreAdjust = -998;

    private const int LeastCpuShares = 2;

    public static string NameOf(SandboxConfig config) => ContainerRequest.NameOf(config.Pod, "POD", config.Attempt);

    public static CreateContainerRequest Build(SandboxConfig config, OomScore oomScore)
    {
        var shared = SharedSandbox.Of(config);
        return new CreateContainerRequest
        {
            Image = PauseImage.Reference,
            Hostname = config.HostNetwork ? null : config.Hostname,
            Labels = DockerLabels.For(config),
            HostConfig = new HostConfig
            {
                NetworkMode = shared.NetworkModeOfSandbox,
                IpcMode = shared.IpcModeOfSandbox,
                PidMode = shared.PidModeOfSandbox,
                CgroupParent = shared.CgroupParent,
                LogConfig = new LogConfig("none", []),
                CapDrop = ["ALL"],
                ReadonlyRootfs = true,
                SecurityOpt = ["no-new-privileges"],
                Sysctls = config.Sysctls.Count == 0 ? null : new Dictionary<string, string>(config.Sysctls),
                OomScoreAdj = oomScore.Allowed(OomScoreAdjust),
                CpuShares = LeastCpuShares,
            },
        };
    }
}
