using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Probes;

/// <summary>Makes one attempt of a probe.</summary>
internal interface IProber
{
    ValueTask<ProbeOutcome> ProbeAsync(Probe probe, ProbeTarget target, string containerId, CancellationToken cancellationToken);
}
