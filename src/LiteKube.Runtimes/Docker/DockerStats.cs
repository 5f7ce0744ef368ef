using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Cgroups;
using LiteKube.Runtimes.Docker.Client;

namespace LiteKube.Runtimes.Docker;

/// <summary>Usage straight from the kernel's cgroup files: the engine's own call takes a second each time.</summary>
internal sealed class DockerStats(ContainerOperations containers, TimeProvider time)
{
    private readonly CgroupReader _cgroups = new();
    private readonly WritableLayers _layers = new(time);

    public async ValueTask<ContainerStats?> GetAsync(string containerId, CancellationToken cancellationToken)
    {
        try
        {
            var inspect = await containers.InspectAsync(containerId, cancellationToken).ConfigureAwait(false);
            if (inspect is not { State: { Running: true, Pid: > 0 } } || _cgroups.Read(inspect.State.Pid) is not { } usage)
                return null;
            var writable = inspect.GraphDriver?.Data?.GetValueOrDefault("UpperDir") is { } upper ? _layers.SizeOf(containerId, upper) : 0;
            return new ContainerStats(containerId, time.GetUtcNow(), usage.CpuNanoseconds, usage.WorkingSetBytes, usage.UsageBytes, usage.RssBytes, writable);
        }
        catch (DockerApiException e)
        {
            throw DockerRuntime.Refused(e, RuntimeError.Failed);
        }
    }
}
