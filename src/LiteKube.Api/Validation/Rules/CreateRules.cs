using System.Collections.Frozen;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What is asked of an object only when it is created.</summary>
internal static class CreateRules
{
    private static readonly FrozenDictionary<string, Action<FieldErrors, JsonObject>> s_rules = new Dictionary<string, Action<FieldErrors, JsonObject>>(StringComparer.Ordinal)
    {
        ["core.v1.Pod"] = Pod,
        ["batch.v1.Job"] = BatchRules.CreateJob,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Action<FieldErrors, JsonObject>? Of(string type) => s_rules.GetValueOrDefault(type);

    private static void Pod(FieldErrors errors, JsonObject pod)
    {
        if (pod.Object("spec") is not { } spec)
        {
            errors.Add(FieldError.Required(FieldPath.Root.Child("spec", "containers")));
            return;
        }

        if (spec.Array("ephemeralContainers") is { Count: > 0 })
            errors.Add(FieldError.Forbidden(FieldPath.Root.Child("spec", "ephemeralContainers"), "cannot be set on create"));
    }
}
