using System.Globalization;
using LiteKube.Node.Network;
using LiteKube.Node.Runtime;
using LiteKube.Node.Volumes;

namespace LiteKube.Node.Pods;

/// <summary>Takes away what is left of a pod: the engine's sandboxes and containers, its network, its files. Safe to repeat.</summary>
internal sealed class OrphanCleanup(IContainerRuntime runtime, IPodNetwork network, PodDirectoryCleanup directories)
{
    /// <summary>On each container: the grace period in seconds that its pod gave it, for the case that the pod is not known any more.</summary>
    public const string GraceAnnotation = "io.litekube.grace";

    private const int DefaultGrace = 30;

    /// <exception cref="RuntimeException">The engine refused; what is left is taken by the next attempt.</exception>
    public async ValueTask RemoveAsync(string podUid, PodEngineState engine, CancellationToken cancellationToken)
    {
        await Task.WhenAll(engine.Containers.Where(c => c.State == EngineState.Running).Select(c => StopAsync(c, cancellationToken))).ConfigureAwait(false);
        foreach (var sandbox in engine.Sandboxes)
        {
            if (sandbox.Ready)
                await runtime.StopSandboxAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
            await network.DetachAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
        }

        await Task.WhenAll(engine.Containers.Select(c => runtime.RemoveContainerAsync(c.Id, cancellationToken).AsTask())).ConfigureAwait(false);
        foreach (var sandbox in engine.Sandboxes)
            await runtime.RemoveSandboxAsync(sandbox.Id, cancellationToken).ConfigureAwait(false);
        directories.Remove(podUid);
    }

    private async Task StopAsync(EngineContainer container, CancellationToken cancellationToken)
    {
        var grace = container.Annotations.TryGetValue(GraceAnnotation, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : DefaultGrace;
        try
        {
            await runtime.StopContainerAsync(container.Id, TimeSpan.FromSeconds(grace), cancellationToken).ConfigureAwait(false);
        }
        catch (RuntimeException e) when (e.Error == RuntimeError.NotFound)
        {
            // Gone by itself in the meantime.
        }
    }
}
