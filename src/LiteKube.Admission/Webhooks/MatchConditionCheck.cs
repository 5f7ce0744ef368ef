using System.Text.Json.Nodes;
using LiteKube.Admission.Expressions;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Validation;
using LiteKube.Cel;

namespace LiteKube.Admission.Webhooks;

/// <summary>Compiles the match conditions of a webhook configuration when it is written, so that mistakes are told to whom they belong.</summary>
internal sealed class MatchConditionCheck : IAdmissionPlugin
{
    public string Name => "WebhookMatchConditions";

    public bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
        && (request.Is(MutatingWebhookConfiguration.Resource) || request.Is(ValidatingWebhookConfiguration.Resource));

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        // What was good when it was stored stays good.
        var known = Conditions(request.OldObject).Select(c => c.Condition.Text("expression")).ToHashSet(StringComparer.Ordinal);
        var errors = new List<FieldError>();
        foreach (var (path, condition) in Conditions(request.Object))
        {
            var expression = condition.Text("expression") ?? "";
            if (known.Contains(expression))
                continue;
            var compiled = AdmissionEnvironment.Webhooks.Compile(expression, CelType.Bool);
            if (compiled.Program is null)
                errors.Add(FieldError.Invalid(path.Child("expression"), expression, compiled.Detail));
        }

        if (errors.Count > 0)
            throw InvalidObject.Of(request.Resource.Group, request.Resource.Kind, request.Object.Child("metadata").Text("name") ?? "", errors);
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<(FieldPath Path, JsonObject Condition)> Conditions(JsonObject? configuration)
    {
        var webhooks = configuration.Array("webhooks") ?? [];
        for (var i = 0; i < webhooks.Count; i++)
        {
            var conditions = (webhooks[i] as JsonObject).Array("matchConditions") ?? [];
            for (var j = 0; j < conditions.Count; j++)
            {
                if (conditions[j] is JsonObject condition)
                    yield return (FieldPath.Root.Child("webhooks").Index(i).Child("matchConditions").Index(j), condition);
            }
        }
    }
}
