using System.Text.Json.Nodes;
using LiteKube.Admission.Metrics;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Changes objects by the cluster's MutatingAdmissionPolicies (https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/).</summary>
internal sealed class MutatingAdmissionPolicyPlugin(IObjectReader objects, PolicyMatcher matcher, AdmissionMetrics metrics) : IAdmissionPlugin
{
    private readonly PolicySource<MutatingPolicy> _policies = new(
        objects, MutatingAdmissionPolicy.Resource, MutatingAdmissionPolicyBinding.Resource, MutatingPolicy.Of, BindingDefinition.OfMutating);

    public string Name => "MutatingAdmissionPolicy";

    public bool Handles(AdmissionRequest request) => request.Object is not null && !WebhookCaller.IsExempt(request) && !_policies.IsEmpty;

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        var policies = await _policies.AllAsync(cancellationToken);
        if (policies.Count == 0)
            return;
        var faults = new List<PolicyFault>();
        var invocations = await matcher.FindAsync(request, policies, faults, cancellationToken);
        if (invocations.Count > 0)
        {
            var ns = await matcher.NamespaceAsync(request, cancellationToken);
            var memory = request.Reinvocation.Of(Name);
            if (request.Reinvocation.IsSecondRun && memory.IsChanged(request.Object))
                memory.Changed();
            foreach (var invocation in invocations)
                await RunAsync(request, invocation, ns, memory, faults, cancellationToken);
            memory.Leave(request.Object);
        }

        if (faults.Count > 0)
            throw Refusal(request, faults);
    }

    private async ValueTask RunAsync(
        AdmissionRequest request, PolicyInvocation<MutatingPolicy> invocation, JsonObject? ns, PluginReinvocation memory, List<PolicyFault> faults, CancellationToken cancellationToken)
    {
        var policy = invocation.Policy;
        if (request.Reinvocation.IsSecondRun && !memory.RunsAgain(invocation.Id))
            return;
        var activation = await InputsAsync(request, invocation, ns, cancellationToken);
        var matches = policy.Conditions.Evaluate(activation, out var error, cancellationToken);
        if (matches is null)
            Fault(error!);
        if (matches != true)
            return;
        var changed = false;
        foreach (var mutation in policy.Mutations)
        {
            var begun = metrics.Now();
            try
            {
                changed |= await MutateAsync(request, invocation, mutation, ns, cancellationToken);
                metrics.Mutated(policy.Name, invocation.Binding.Name, PolicyErrorTypes.None, metrics.Since(begun));
            }
            catch (PolicyConfigurationException e)
            {
                metrics.Mutated(policy.Name, invocation.Binding.Name, PolicyErrorTypes.Of(e.Message), metrics.Since(begun));
                Fault(e.Message);
            }
        }

        if (changed)
        {
            memory.Changed();
            request.Reinvocation.Want();
        }

        if (policy.IsReinvoked)
            memory.Ran(invocation.Id);

        void Fault(string message)
        {
            if (!policy.FailsOpen)
                faults.Add(new PolicyFault(policy, invocation.Binding, message, StatusReason.Invalid));
        }
    }

    // Every mutation sees what the one before it made of the object.
    private async ValueTask<bool> MutateAsync(
        AdmissionRequest request, PolicyInvocation<MutatingPolicy> invocation, PolicyMutation mutation, JsonObject? ns, CancellationToken cancellationToken)
    {
        var budget = new CelBudget(CelBudget.PerRequest);
        var activation = await InputsAsync(request, invocation, ns, cancellationToken);
        invocation.Policy.Variables.Bind(activation, budget, cancellationToken);
        var before = await matcher.Forms.ShowAsync(request, request.Object!, invocation.Match.Resource, cancellationToken);
        var type = matcher.Forms.TypeOf(invocation.Match.Resource, request.Subresource);
        var after = mutation.Apply((JsonObject)before.DeepClone(), type, activation, budget, cancellationToken);
        if (JsonNode.DeepEquals(before, after))
            return false;
        request.Object = await matcher.Forms.StoreAsync(request, after, invocation.Match.Resource, cancellationToken);
        return true;
    }

    private async ValueTask<CelActivation> InputsAsync(AdmissionRequest request, PolicyInvocation<MutatingPolicy> invocation, JsonObject? ns, CancellationToken cancellationToken)
    {
        var shown = await matcher.ShowAsync(request, request.Object, invocation.Match, cancellationToken);
        var shownOld = await matcher.ShowAsync(request, request.OldObject, invocation.Match, cancellationToken);
        return matcher.Inputs(request, invocation, shown, shownOld, ns, cancellationToken);
    }

    private static ApiException Refusal(AdmissionRequest request, List<PolicyFault> faults)
    {
        string[] messages = [.. faults.Select(f => f.Binding is null
            ? $"policy \"{f.Policy.Name}\" denied request: {f.Message}"
            : $"policy '{f.Policy.Name}' with binding '{f.Binding.Name}' denied request: {f.Message}")];
        var denial = Denial.Of(request, messages[0], [.. messages.Select(m => new StatusCause { Message = m })]);
        // The code stays that of a refusal, whatever the reason says.
        var reason = faults[0].Reason;
        return new ApiException(reason, denial.Status with { Message = messages[0], Reason = reason.ToString() });
    }
}
