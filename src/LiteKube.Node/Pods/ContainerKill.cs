using LiteKube.Node.Probes;

namespace LiteKube.Node.Pods;

/// <summary>A running container that must end.</summary>
/// <param name="Probe">The probe that asks for it; its own grace period then counts.</param>
/// <param name="RestartAnyway">Whatever the restart policy says: its definition changed.</param>
internal sealed record ContainerKill(EngineContainer Container, string Message, ProbeKind? Probe = null, bool RestartAnyway = false);
