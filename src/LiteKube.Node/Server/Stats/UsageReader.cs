using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Server.Stats;

/// <summary>Asks the engine for the usage of every running container of the node's pods, now.</summary>
internal sealed class UsageReader(IPodDirectory directory, IContainerRuntime runtime)
{
    public async Task<IReadOnlyList<PodUsage>> ReadAsync(CancellationToken cancellationToken)
    {
        var pods = new List<PodUsage>();
        foreach (var pod in directory.Pods)
        {
            var containers = new List<ContainerUsage>();
            foreach (var status in pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses))
            {
                if (await ReadAsync(pod, status, cancellationToken).ConfigureAwait(false) is { } usage)
                    containers.Add(usage);
            }

            if (containers.Count > 0)
                pods.Add(new PodUsage(pod, containers));
        }

        return pods;
    }

    private async Task<ContainerUsage?> ReadAsync(Pod pod, Api.Core.V1.ContainerStatus status, CancellationToken cancellationToken)
    {
        if (status.State?.Running is not { } running || directory.FindContainer(pod.Metadata.Uid ?? "", status.Name, previous: false) is not { } id)
            return null;
        return await runtime.GetStatsAsync(id, cancellationToken).ConfigureAwait(false) is { } stats ? new ContainerUsage(status.Name, running.StartedAt, stats) : null;
    }
}
