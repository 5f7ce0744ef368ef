using LiteKube.Api.Core.V1;
using LiteKube.Node.Pods;
using Microsoft.Extensions.Logging;

namespace LiteKube.Node.Probes;

/// <summary>The probes of one pod's running containers. Each result that changes something wakes the pod's worker at once.</summary>
/// <param name="address">Where probes dial; asked at each attempt, for it may be known only later.</param>
internal sealed class PodProbes(IProber prober, Func<string> address, TimeProvider time, ILogger logger, Action wake, Action<Container, ProbeKind, ProbeOutcome> failed) : IProbeResults, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ContainerProbes> _containers = new(StringComparer.Ordinal);
    private bool _terminating;

    public bool IsStarted(string containerId) => Find(containerId) is { IsStarted: true };

    public bool IsReady(string containerId) => Find(containerId) is { IsReady: true };

    public ProbeKind? Failed(string containerId) => Find(containerId)?.Failed;

    /// <summary>Begins probing what runs and was not probed, ends it for what no longer runs.</summary>
    /// <param name="startedBefore">What the API says of containers that were running before this process was: they stay ready until a probe says otherwise.</param>
    public void Sync(Pod pod, IEnumerable<EngineContainer> running, IReadOnlyList<ApiContainerStatus> startedBefore)
    {
        var present = running.ToDictionary(c => c.Id, StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var gone in _containers.Keys.Where(id => !present.ContainsKey(id)).ToList())
            {
                _containers.Remove(gone, out var probes);
                probes!.Dispose();
            }

            foreach (var instance in present.Values)
            {
                if (_containers.ContainsKey(instance.Id) || pod.FindContainer(instance.Name) is not { } container)
                    continue;
                var before = startedBefore.FirstOrDefault(s => s.ContainerID is { } id && id.EndsWith("/" + instance.Id, StringComparison.Ordinal) && s.State?.Running is not null);
                var probes = new ContainerProbes(prober, address, container, instance, before, time, logger, wake, failed);
                _containers[instance.Id] = probes;
                probes.Start(_terminating);
            }
        }
    }

    /// <summary>A pod that ends is still asked whether it is ready, but no longer restarted.</summary>
    public void StopLivenessAndStartup()
    {
        lock (_gate)
        {
            if (_terminating)
                return;
            _terminating = true;
            foreach (var probes in _containers.Values)
                probes.StopLivenessAndStartup();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var probes in _containers.Values)
                probes.Dispose();
            _containers.Clear();
        }
    }

    private ContainerProbes? Find(string id)
    {
        lock (_gate)
            return _containers.GetValueOrDefault(id);
    }
}
