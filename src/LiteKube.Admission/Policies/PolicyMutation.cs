using System.Text.Json.Nodes;
using LiteKube.Admission.Expressions;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Schema;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>One mutation of a policy: an expression that makes a patch, and how the patch is put into the object.</summary>
internal abstract class PolicyMutation(PolicyExpression expression)
{
    public static PolicyMutation Of(Mutation mutation, CelEnvironment environment) => mutation.PatchType == "JSONPatch"
        ? new JsonPatchMutation(PolicyExpression.Compile(mutation.JsonPatch?.Expression ?? "", environment, CelType.List(PatchTypes.JsonPatch)))
        : new ApplyConfigurationMutation(PolicyExpression.Compile(mutation.ApplyConfiguration?.Expression ?? "", environment, PatchTypes.ApplyConfiguration));

    /// <summary>The object after the mutation. <paramref name="shown"/> is used up.</summary>
    /// <exception cref="PolicyConfigurationException">The expression failed, or made what cannot be put into the object.</exception>
    public JsonObject Apply(JsonObject shown, TypeSchema? type, CelActivation activation, CelBudget budget, CancellationToken cancellationToken)
    {
        var value = expression.Evaluate(activation, budget, out var error, cancellationToken);
        return value is null ? throw new PolicyConfigurationException(error!) : Patch(shown, type, value);
    }

    protected abstract JsonObject Patch(JsonObject shown, TypeSchema? type, CelValue value);

    protected static JsonNode? Json(CelValue value)
    {
        if (TypeNameCheck.Problem(value) is { } mismatch)
            throw new PolicyConfigurationException($"type mismatch: {mismatch}");
        var json = value.ToJson(out var problem);
        return problem is null ? json : throw new PolicyConfigurationException(problem);
    }
}
