using LiteKube.Api;

namespace LiteKube.Admission.Policies;

/// <summary>One reason why a policy does not let a request pass.</summary>
/// <param name="Binding">Null where the policy itself could not be put to work.</param>
/// <param name="Index">Which validation; 0 for what concerns none.</param>
internal sealed record ValidationDecision(PolicyDefinition Policy, BindingDefinition? Binding, int Index, string Message, StatusReason Reason)
{
    /// <summary>As metrics call it: whether the validation did not hold or could not be computed.</summary>
    public string ErrorType { get; init; } = PolicyErrorTypes.None;

    public TimeSpan Elapsed { get; init; }

    public string Text => Binding is null
        ? $"ValidatingAdmissionPolicy '{Policy.Name}' denied request: {Message}"
        : $"ValidatingAdmissionPolicy '{Policy.Name}' with binding '{Binding.Name}' denied request: {Message}";
}
