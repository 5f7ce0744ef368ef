namespace LiteKube.Admission;

public sealed record AdmissionOptions
{
    /// <summary>Plugins to leave out, by name.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>How long a pod stays on a node that is not ready or unreachable, unless its own tolerations say otherwise.</summary>
    public long NotReadyTolerationSeconds { get; init; } = 300;

    public long UnreachableTolerationSeconds { get; init; } = 300;
}
