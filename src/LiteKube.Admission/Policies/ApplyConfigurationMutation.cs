using System.Text.Json.Nodes;
using LiteKube.Api.Apply;
using LiteKube.Api.Schema;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Merges an apply configuration as server-side apply does, without an owner: the fields belong to whoever sent the request.</summary>
internal sealed class ApplyConfigurationMutation(PolicyExpression expression) : PolicyMutation(expression)
{
    protected override JsonObject Patch(JsonObject shown, TypeSchema? type, CelValue value)
    {
        if (Json(value) is not JsonObject patch)
            throw new PolicyConfigurationException("unsupported return type from ApplyConfiguration expression");
        if (AtomicFields.In(patch, type) is { Count: > 0 } atomics)
            throw new PolicyConfigurationException($"error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {string.Join(", ", atomics)}");
        patch["apiVersion"] = shown["apiVersion"]?.DeepClone();
        patch["kind"] = shown["kind"]?.DeepClone();
        return TreeMerge.Merge(shown, patch, type);
    }
}
