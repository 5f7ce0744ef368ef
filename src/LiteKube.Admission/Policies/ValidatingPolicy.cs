using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>A ValidatingAdmissionPolicy, compiled.</summary>
internal sealed record ValidatingPolicy : PolicyDefinition
{
    public required IReadOnlyList<ValidationProgram> Validations { get; init; }

    public required IReadOnlyList<(string Key, PolicyExpression Value)> AuditAnnotations { get; init; }

    public static ValidatingPolicy Of(KubeObject stored)
    {
        var policy = stored.As<ValidatingAdmissionPolicy>();
        var spec = policy.Spec ?? new ValidatingAdmissionPolicySpec();
        var hasParams = spec.ParamKind is not null;
        var environment = AdmissionEnvironment.Policies(hasParams);
        var variables = PolicyVariables.Compile(spec.Variables, environment);
        var composed = variables.In(environment);
        var messages = variables.In(AdmissionEnvironment.Policies(hasParams, authorizer: false));
        return new ValidatingPolicy
        {
            Name = stored.Header.Name,
            Criteria = MatchCriteria.Of(spec.MatchConstraints),
            FailsOpen = spec.FailurePolicy == "Ignore",
            ParamKind = spec.ParamKind,
            Conditions = MatchConditionPrograms.Of(spec.MatchConditions, environment),
            Variables = variables,
            Validations = [.. spec.Validations.Select(v => ValidationProgram.Of(v, composed, messages))],
            AuditAnnotations = [.. spec.AuditAnnotations.Select(a => (a.Key, PolicyExpression.Compile(a.ValueExpression, composed, CelType.String, CelType.Null)))],
        };
    }
}

/// <summary>One validation: what must hold, and what is said where it does not.</summary>
internal sealed record ValidationProgram(PolicyExpression Expression, PolicyExpression? MessageExpression, string Message, StatusReason Reason)
{
    // Longer messages, and such of several lines, are not shown.
    private const int LongestMessage = 5 * 1024;

    public static ValidationProgram Of(Validation validation, CelEnvironment environment, CelEnvironment messages) => new(
        PolicyExpression.Compile(validation.Expression, environment, CelType.Bool),
        string.IsNullOrWhiteSpace(validation.MessageExpression) ? null : PolicyExpression.Compile(validation.MessageExpression, messages, CelType.String),
        validation.Message?.Trim() ?? "",
        Enum.TryParse<StatusReason>(validation.Reason, out var reason) ? reason : StatusReason.Invalid);

    /// <summary>The message of a validation that does not hold: its expression's, else its text, else the expression itself.</summary>
    public string Explain(CelActivation activation, CelBudget budget, CancellationToken cancellationToken)
    {
        if (MessageExpression?.Evaluate(activation, budget, out _, cancellationToken) is StringValue said
            && said.Value.Trim() is { Length: > 0 and <= LongestMessage } message && !message.Contains('\n', StringComparison.Ordinal))
            return message;
        return Message.Length > 0 ? Message : $"failed expression: {Expression.Text.Trim()}";
    }
}
