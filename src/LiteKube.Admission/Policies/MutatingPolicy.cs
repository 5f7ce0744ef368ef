using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>A MutatingAdmissionPolicy, compiled.</summary>
internal sealed record MutatingPolicy : PolicyDefinition
{
    public required IReadOnlyList<PolicyMutation> Mutations { get; init; }

    /// <summary>reinvocationPolicy IfNeeded.</summary>
    public required bool IsReinvoked { get; init; }

    public static MutatingPolicy Of(KubeObject stored)
    {
        var spec = stored.As<MutatingAdmissionPolicy>().Spec ?? new MutatingAdmissionPolicySpec();
        var environment = AdmissionEnvironment.Policies(spec.ParamKind is not null);
        var variables = PolicyVariables.Compile(spec.Variables, environment);
        var patches = variables.In(AdmissionEnvironment.Mutations(spec.ParamKind is not null));
        return new MutatingPolicy
        {
            Name = stored.Header.Name,
            Criteria = MatchCriteria.Of(spec.MatchConstraints),
            FailsOpen = spec.FailurePolicy == "Ignore",
            ParamKind = spec.ParamKind,
            Conditions = MatchConditionPrograms.Of(spec.MatchConditions, environment),
            Variables = variables,
            Mutations = [.. spec.Mutations.Select(m => PolicyMutation.Of(m, patches))],
            IsReinvoked = spec.ReinvocationPolicy == "IfNeeded",
        };
    }
}
