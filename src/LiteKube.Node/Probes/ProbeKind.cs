namespace LiteKube.Node.Probes;

internal enum ProbeKind
{
    Liveness,
    Readiness,
    Startup,
}
