using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;

namespace LiteKube.Admission.Policies;

/// <summary>What puts a policy to work: for which requests, with which parameters, to what effect.</summary>
/// <param name="Criteria">Null where it narrows nothing.</param>
/// <param name="Actions">Deny, Warn, Audit; empty for mutating policies.</param>
internal sealed record BindingDefinition(string Name, string PolicyName, MatchCriteria? Criteria, ParamRef? ParamRef, IReadOnlyList<string> Actions)
{
    public static BindingDefinition OfValidating(KubeObject value)
    {
        var binding = value.As<ValidatingAdmissionPolicyBinding>();
        return Of(value, binding.Spec.PolicyName, binding.Spec.MatchResources, binding.Spec.ParamRef, binding.Spec.ValidationActions);
    }

    public static BindingDefinition OfMutating(KubeObject value)
    {
        var spec = value.As<MutatingAdmissionPolicyBinding>().Spec;
        return Of(value, spec?.PolicyName, spec?.MatchResources, spec?.ParamRef, []);
    }

    private static BindingDefinition Of(KubeObject value, string? policy, MatchResources? match, ParamRef? parameters, IReadOnlyList<string> actions) =>
        new(value.Header.Name, policy ?? "", match is null ? null : MatchCriteria.Of(match), parameters, actions);
}
