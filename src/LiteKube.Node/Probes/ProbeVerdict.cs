namespace LiteKube.Node.Probes;

internal enum ProbeVerdict
{
    Success,
    Failure,

    /// <summary>The probe could not be made; counts neither way.</summary>
    Unknown,
}
