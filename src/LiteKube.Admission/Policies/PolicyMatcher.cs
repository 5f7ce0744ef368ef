using System.Text.Json.Nodes;
using LiteKube.Admission.Expressions;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>Finds which policies look at a request, and what their expressions read.</summary>
internal sealed class PolicyMatcher(IObjectReader objects, ResourceMatcher matcher, IResourceForms forms, IExpressionAuthorizer authorizer)
{
    private readonly ParamFinder _params = new(objects, forms);

    public IResourceForms Forms => forms;

    public async ValueTask<List<PolicyInvocation<TPolicy>>> FindAsync<TPolicy>(
        AdmissionRequest request, IReadOnlyList<(TPolicy Policy, BindingDefinition[] Bindings)> policies, List<PolicyFault> faults, CancellationToken cancellationToken)
        where TPolicy : PolicyDefinition
    {
        var found = new List<PolicyInvocation<TPolicy>>();
        foreach (var (policy, bindings) in policies)
        {
            ResourceMatch? match;
            try
            {
                match = await matcher.MatchAsync(request, policy.Criteria, cancellationToken);
            }
            catch (ApiException e)
            {
                Fault(policy, null, $"failed to configure policy: {e.Message}");
                continue;
            }

            if (match is null)
                continue;
            foreach (var binding in bindings)
            {
                try
                {
                    if (binding.Criteria is not null && await matcher.MatchAsync(request, binding.Criteria, cancellationToken) is null)
                        continue;
                    foreach (var param in await _params.FindAsync(policy.ParamKind, binding.ParamRef, request, cancellationToken))
                        found.Add(new PolicyInvocation<TPolicy>(policy, binding, match.Value, param));
                }
                catch (Exception e) when (e is PolicyConfigurationException or ApiException)
                {
                    Fault(policy, binding, $"failed to configure binding: {e.Message}");
                }
            }
        }

        return found;

        void Fault(PolicyDefinition policy, BindingDefinition? binding, string message)
        {
            if (!policy.FailsOpen)
                faults.Add(new PolicyFault(policy, binding, message, StatusReason.Forbidden));
        }
    }

    /// <summary>The namespace of the request; null for a cluster-scoped object and for a Namespace itself.</summary>
    public async ValueTask<JsonObject?> NamespaceAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Namespace.Length == 0 || request.RequestResource is { Group: "", Plural: "namespaces" })
            return null;
        var found = await objects.GetAsync(Namespace.Resource, null, request.Namespace, cancellationToken) ?? throw ApiException.NotFound(Namespace.Resource, request.Namespace);
        return found.ToTree();
    }

    public async ValueTask<JsonObject?> ShowAsync(AdmissionRequest request, JsonObject? tree, ResourceMatch match, CancellationToken cancellationToken) =>
        tree is null ? null : await forms.ShowAsync(request, tree, match.Resource, cancellationToken);

    /// <summary>All that the expressions of a policy read but its variables.</summary>
    public CelActivation Inputs<TPolicy>(
        AdmissionRequest request, PolicyInvocation<TPolicy> invocation, JsonObject? shown, JsonObject? shownOld, JsonObject? ns, CancellationToken cancellationToken)
        where TPolicy : PolicyDefinition =>
        ExpressionInputs.Of(request, invocation.Match, forms, shown, shownOld, authorizer.For(request.User, cancellationToken))
            .Set("namespaceObject", ExpressionInputs.Namespace(ns))
            .Set("params", CelValue.FromJson(invocation.Param));
}
