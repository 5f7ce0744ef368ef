namespace LiteKube.Robustness.Tests.Crash;

/// <summary>A promise that a crash broke.</summary>
internal sealed class CrashException(string message) : Exception(message);
