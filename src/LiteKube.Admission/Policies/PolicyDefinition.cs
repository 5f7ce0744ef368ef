using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Api.Admissionregistration.V1;

namespace LiteKube.Admission.Policies;

/// <summary>What validating and mutating policies have in common, made ready to match.</summary>
internal abstract record PolicyDefinition
{
    public required string Name { get; init; }

    public required MatchCriteria Criteria { get; init; }

    /// <summary>failurePolicy Ignore: what goes wrong in the policy itself denies nothing.</summary>
    public required bool FailsOpen { get; init; }

    public required ParamKind? ParamKind { get; init; }

    public required MatchConditionPrograms Conditions { get; init; }

    public required PolicyVariables Variables { get; init; }
}
