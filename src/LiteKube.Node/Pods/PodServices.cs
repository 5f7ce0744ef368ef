using LiteKube.Client;
using LiteKube.Node.Containers;
using LiteKube.Node.Env;
using LiteKube.Node.Network;
using LiteKube.Node.PodFiles;
using LiteKube.Node.Probes;
using LiteKube.Node.Registration;
using LiteKube.Node.Runtime;
using LiteKube.Node.Volumes;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Pods;

/// <summary>What all pod workers share.</summary>
internal sealed record PodServices(NodeOptions Options, IContainerRuntime Runtime, IPodNetwork Network, KubeClient Client, IEventRecorder Events, TimeProvider Time, ILogger Logger)
{
    public required INodeFacts Node { get; init; }

    public required IPodObjects Objects { get; init; }

    public required VolumeContext Volumes { get; init; }

    public required PodDirectoryCleanup Cleanup { get; init; }

    public required IProber Prober { get; init; }

    public required HookRunner Hooks { get; init; }

    public required ContainerConfigBuilder Configs { get; init; }

    public required HostFiles HostFiles { get; init; }

    public required SemaphoreSlim PullSlots { get; init; }
}
