namespace LiteKube.Node.Probes;

/// <param name="Verdict">What one attempt showed.</param>
/// <param name="Output">For the event: the answer's text, or why there was none.</param>
internal readonly record struct ProbeOutcome(ProbeVerdict Verdict, string Output)
{
    public static ProbeOutcome Success(string output = "") => new(ProbeVerdict.Success, output);

    public static ProbeOutcome Failure(string output) => new(ProbeVerdict.Failure, output);

    public static ProbeOutcome Error(string output) => new(ProbeVerdict.Unknown, output);
}
