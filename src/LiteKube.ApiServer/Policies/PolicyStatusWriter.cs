using LiteKube.Admission.Policies;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Bootstrap;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Policies;

/// <summary>
/// Writes the type checking of each ValidatingAdmissionPolicy into its status, once for a generation. It lives in the server and not among the controllers
/// because the types, those of custom resources too, are the registry's.
/// </summary>
internal sealed class PolicyStatusWriter(BootstrapWriter writer, IObjectReader objects, ResourceRegistry registry)
{
    private const int MostTypes = 10;

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        foreach (var policy in await objects.ListAsync(ValidatingAdmissionPolicy.Resource, null, cancellationToken))
        {
            if (Checked(policy) is not null)
                await writer.ChangeAsync(ValidatingAdmissionPolicy.Resource, "", policy.Header.Name, "status", Checked, cancellationToken);
        }
    }

    /// <summary>The policy with its status as it should be; null where it is.</summary>
    private KubeObject? Checked(KubeObject stored)
    {
        var policy = stored.As<ValidatingAdmissionPolicy>();
        if (policy.Status?.ObservedGeneration == stored.Header.Generation || policy.Spec is null)
            return null;
        var warnings = PolicyTypeCheck.Warnings(policy.Spec, TypesOf(policy.Spec), ParamsType(policy.Spec.ParamKind));
        return KubeObject.Of(policy with
        {
            Status = (policy.Status ?? new ValidatingAdmissionPolicyStatus()) with
            {
                ObservedGeneration = stored.Header.Generation,
                TypeChecking = new TypeChecking { ExpressionWarnings = warnings },
            },
        });
    }

    // Rules with wildcards say nothing of types; sub-resources have others.
    private List<(GroupVersionKind Kind, TypeSchema Type)> TypesOf(ValidatingAdmissionPolicySpec spec)
    {
        var found = new SortedDictionary<string, (GroupVersionKind, TypeSchema)>(StringComparer.Ordinal);
        foreach (var rule in spec.MatchConstraints?.ResourceRules ?? [])
        {
            if (rule.ApiGroups.Any(IsWildcard) || rule.ApiVersions.Any(IsWildcard))
                continue;
            foreach (var group in rule.ApiGroups)
            {
                foreach (var version in rule.ApiVersions)
                {
                    foreach (var resource in rule.Resources.Where(r => !IsWildcard(r) && !r.Contains('/', StringComparison.Ordinal)))
                    {
                        if (found.Count < MostTypes && registry.Find(new ResourceType(group, version, resource, "", false)) is { } served)
                            found[$"{group}/{version}/{served.Type.Kind}"] = (new GroupVersionKind(group, version, served.Type.Kind), served.Schema.Type);
                    }
                }
            }
        }

        return [.. found.Values];
    }

    private TypeSchema? ParamsType(ParamKind? kind) =>
        kind is null ? null : registry.Resources.FirstOrDefault(r => r.Type.ApiVersion == kind.ApiVersion && r.Type.Kind == kind.Kind)?.Schema.Type;

    private static bool IsWildcard(string text) => text.Contains('*', StringComparison.Ordinal);
}
