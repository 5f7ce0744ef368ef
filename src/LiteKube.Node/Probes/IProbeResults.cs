namespace LiteKube.Node.Probes;

/// <summary>What probes have found out, by the engine's container id.</summary>
internal interface IProbeResults
{
    /// <summary>True without a startup probe.</summary>
    bool IsStarted(string containerId);

    /// <summary>Started, and true without a readiness probe.</summary>
    bool IsReady(string containerId);

    /// <summary>The probe for whose failures the container must be restarted; null while it is well.</summary>
    ProbeKind? Failed(string containerId);
}
