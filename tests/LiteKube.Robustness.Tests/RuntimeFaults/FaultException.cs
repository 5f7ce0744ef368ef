namespace LiteKube.Robustness.Tests.RuntimeFaults;

/// <summary>Something was left, lost or doubled.</summary>
internal sealed class FaultException(string message) : Exception(message);
