namespace LiteKube.Admission.Policies;

/// <summary>A policy and its binding do not fit together or to the request; failurePolicy says whether that denies.</summary>
internal sealed class PolicyConfigurationException(string message) : Exception(message);
