using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker;

/// <summary>What a sandbox's containers take from it: its namespaces, or the host's where it uses those, and its place among the cgroups.</summary>
internal sealed record SharedSandbox(bool HostNetwork, bool HostIpc, bool HostPid, bool SharePid, string? CgroupParent)
{
    private const string Host = "host";

    public static SharedSandbox Of(SandboxConfig config) => new(config.HostNetwork, config.HostIpc, config.HostPid, config.ShareProcessNamespace, config.CgroupParent);

    public static SharedSandbox Of(ContainerInspect sandbox) => new(
        sandbox.HostConfig.NetworkMode == Host,
        sandbox.HostConfig.IpcMode == Host,
        sandbox.HostConfig.PidMode == Host,
        DockerLabels.SharesProcesses(sandbox.Config.Labels ?? []),
        sandbox.HostConfig.CgroupParent is { Length: > 0 } parent ? parent : null);

    public string NetworkModeOfSandbox => HostNetwork ? Host : "none";

    public string IpcModeOfSandbox => HostIpc ? Host : "shareable";

    public string? PidModeOfSandbox => HostPid ? Host : null;

    public string NetworkModeOfContainer(string sandboxId) => HostNetwork ? Host : Join(sandboxId);

    public string IpcModeOfContainer(string sandboxId) => HostIpc ? Host : Join(sandboxId);

    /// <param name="target">The container whose processes it is to share.</param>
    public string? PidModeOfContainer(string sandboxId, string? target) => target is not null ? Join(target) : HostPid ? Host : SharePid ? Join(sandboxId) : null;

    private static string Join(string containerId) => "container:" + containerId;
}
