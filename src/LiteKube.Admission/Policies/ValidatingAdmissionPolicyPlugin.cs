using System.Text.Json.Nodes;
using LiteKube.Admission.Metrics;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Looks at requests with the cluster's ValidatingAdmissionPolicies (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/).</summary>
internal sealed class ValidatingAdmissionPolicyPlugin(IObjectReader objects, PolicyMatcher matcher, AdmissionMetrics metrics) : IAdmissionPlugin
{
    private readonly PolicySource<ValidatingPolicy> _policies = new(
        objects, ValidatingAdmissionPolicy.Resource, ValidatingAdmissionPolicyBinding.Resource, ValidatingPolicy.Of, BindingDefinition.OfValidating);

    public string Name => "ValidatingAdmissionPolicy";

    public bool Handles(AdmissionRequest request) => !WebhookCaller.IsExempt(request) && !_policies.IsEmpty;

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var policies = await _policies.AllAsync(cancellationToken);
        if (policies.Count == 0)
            return;
        var faults = new List<PolicyFault>();
        var invocations = await matcher.FindAsync(request, policies, faults, cancellationToken);
        var denials = new List<ValidationDecision>(faults.Select(f => new ValidationDecision(f.Policy, f.Binding, 0, f.Message, StatusReason.Invalid)));
        if (invocations.Count > 0)
        {
            var ns = await matcher.NamespaceAsync(request, cancellationToken);
            foreach (var ofPolicy in invocations.GroupBy(i => i.Policy))
                await RunAsync(request, ofPolicy, ns, denials, cancellationToken);
        }

        if (denials.Count > 0)
            throw Denial.For(denials[0].Reason, request, denials[0].Text, new StatusCause { Message = denials[0].Text });
    }

    private async ValueTask RunAsync(
        AdmissionRequest request, IGrouping<ValidatingPolicy, PolicyInvocation<ValidatingPolicy>> invocations, JsonObject? ns, List<ValidationDecision> denials, CancellationToken cancellationToken)
    {
        // One policy matches in one form, so its object is shown once.
        var match = invocations.First().Match;
        var shown = await matcher.ShowAsync(request, request.Object, match, cancellationToken);
        var shownOld = await matcher.ShowAsync(request, request.OldObject, match, cancellationToken);
        var annotations = new AuditAnnotationCollector();
        foreach (var invocation in invocations)
        {
            var activation = matcher.Inputs(request, invocation, shown, shownOld, ns, cancellationToken);
            foreach (var decision in new PolicyValidator(invocation, activation, annotations, metrics, cancellationToken).Validate(denials))
                Act(request, decision, denials);
        }

        annotations.Publish(invocations.Key.Name, request);
    }

    private void Act(AdmissionRequest request, ValidationDecision decision, List<ValidationDecision> denials)
    {
        var binding = decision.Binding!;
        foreach (var action in binding.Actions)
        {
            metrics.Checked(decision.Policy.Name, binding.Name, decision.ErrorType, action.ToLowerInvariant(), decision.Elapsed);
            switch (action)
            {
                case "Deny":
                    denials.Add(decision);
                    break;
                case "Warn":
                    request.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{decision.Policy.Name}' with binding '{binding.Name}': {decision.Message}");
                    break;
                case "Audit":
                    request.AuditAnnotations["validation.policy.admission.k8s.io/validation_failure"] = new JsonArray(new JsonObject
                    {
                        ["message"] = decision.Message,
                        ["policy"] = decision.Policy.Name,
                        ["binding"] = binding.Name,
                        ["expressionIndex"] = decision.Index,
                        ["validationActions"] = new JsonArray([.. binding.Actions.Select(a => (JsonNode)JsonValue.Create(a))]),
                    }).ToJsonString();
                    break;
            }
        }
    }
}
