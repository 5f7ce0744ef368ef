namespace LiteKube.Cel;

/// <summary>Why an expression does not compile.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 0, in code points.</param>
public sealed record CelIssue(int Line, int Column, string Message);
