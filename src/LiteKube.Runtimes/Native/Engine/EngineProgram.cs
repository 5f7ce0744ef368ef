namespace LiteKube.Runtimes.Native.Engine;

/// <summary>The program that makes containers, and how it is called here.</summary>
/// <param name="Name">crun or runc.</param>
/// <param name="Program">What is started: the engine itself, or a program that prepares its surroundings.</param>
/// <param name="LeadingArguments">Before the engine's own.</param>
/// <param name="Why">For the operator: why this one, and why so.</param>
internal sealed record EngineProgram(string Name, string Program, IReadOnlyList<string> LeadingArguments, string Why);
