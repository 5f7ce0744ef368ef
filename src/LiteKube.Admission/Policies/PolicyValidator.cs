using LiteKube.Admission.Metrics;
using LiteKube.Api;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>One validating policy's look at one request.</summary>
internal sealed class PolicyValidator(
    PolicyInvocation<ValidatingPolicy> invocation, CelActivation activation, AuditAnnotationCollector annotations, AdmissionMetrics metrics, CancellationToken cancellationToken)
{
    private readonly CelBudget _budget = new(CelBudget.PerRequest);

    private ValidatingPolicy Policy => invocation.Policy;

    /// <summary>What does not hold, by validation. The binding's actions say what comes of it.</summary>
    /// <param name="denials">Takes what denies whatever the actions: failing audit annotations.</param>
    public IReadOnlyList<ValidationDecision> Validate(List<ValidationDecision> denials)
    {
        var begun = metrics.Now();
        var matches = Policy.Conditions.Evaluate(activation, out var error, cancellationToken);
        if (matches is null)
            return Failed(0, error!, begun) is { } failure ? [failure] : [];
        if (matches == false)
            return [];
        Policy.Variables.Bind(activation, _budget, cancellationToken);
        var decisions = new List<ValidationDecision>();
        for (var i = 0; i < Policy.Validations.Count; i++)
        {
            if (Check(i) is { } decision)
                decisions.Add(decision);
            if (_budget.IsExceeded)
                return Failed(0, PolicyExpression.OutOfBudget, begun) is { } exceeded ? [exceeded] : [];
        }

        Annotate(denials);
        return decisions;
    }

    private ValidationDecision? Check(int index)
    {
        var validation = Policy.Validations[index];
        var begun = metrics.Now();
        var value = validation.Expression.Evaluate(activation, _budget, out var error, cancellationToken);
        if (error is not null)
            return Failed(index, error, begun);
        if (value is BoolValue { Value: true })
            return null;
        return new ValidationDecision(Policy, invocation.Binding, index, validation.Explain(activation, _budget, cancellationToken), validation.Reason) { Elapsed = metrics.Since(begun) };
    }

    private ValidationDecision? Failed(int index, string error, long begun)
    {
        var elapsed = metrics.Since(begun);
        if (!Policy.FailsOpen)
            return new ValidationDecision(Policy, invocation.Binding, index, error, StatusReason.Invalid) { ErrorType = PolicyErrorTypes.Of(error), Elapsed = elapsed };
        metrics.Checked(Policy.Name, invocation.Binding.Name, PolicyErrorTypes.Of(error), "allow", elapsed);
        return null;
    }

    private void Annotate(List<ValidationDecision> denials)
    {
        var budget = new CelBudget(CelBudget.PerRequest);
        foreach (var (key, expression) in Policy.AuditAnnotations)
        {
            var begun = metrics.Now();
            var value = expression.Evaluate(activation, budget, out var error, cancellationToken);
            if (error is not null)
            {
                if (Failed(0, error, begun) is { } failure)
                    denials.Add(failure);
            }
            else if (value is StringValue text && text.Value.Trim() is { Length: > 0 } said)
            {
                annotations.Add(key, said);
            }
        }
    }
}
