using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Admission.Policies;

/// <summary>Finds the objects that a binding names as the policy's parameters; the policy runs once for each.</summary>
internal sealed class ParamFinder(IObjectReader objects, IResourceForms forms)
{
    /// <returns>One null where the policy runs without parameters; none where it does not run.</returns>
    /// <exception cref="PolicyConfigurationException">The binding does not fit the policy, or its parameters must be there and are not.</exception>
    public async ValueTask<IReadOnlyList<JsonObject?>> FindAsync(ParamKind? kind, ParamRef? reference, AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (kind is null || reference is null)
            return [null];
        if (forms.FindKind(kind.ApiVersion ?? "", kind.Kind ?? "") is not { } resource)
            throw new PolicyConfigurationException($"failed to find resource referenced by paramKind: '{GroupVersionKindText(kind)}'");
        var ns = NamespaceOf(resource, reference, request);
        var found = new List<JsonObject?>();
        if (!string.IsNullOrEmpty(reference.Name))
        {
            if (reference.Selector is not null)
                throw new PolicyConfigurationException("paramRef.name and paramRef.selector are mutually exclusive");
            if (await objects.GetAsync(resource, ns, reference.Name, cancellationToken) is { } one)
                found.Add(Tree(one, kind));
        }
        else if (reference.Selector is not null)
        {
            var selector = LabelMatcher.Of(reference.Selector);
            foreach (var one in await objects.ListAsync(resource, ns, cancellationToken))
            {
                if (selector.Matches(one.Header.Labels))
                    found.Add(Tree(one, kind));
            }
        }
        else
        {
            throw new PolicyConfigurationException("one of name or selector must be provided");
        }

        if (found.Count == 0 && reference.ParameterNotFoundAction != "Allow")
            throw new PolicyConfigurationException("no params found for policy binding with `Deny` parameterNotFoundAction");
        return found;
    }

    private static string? NamespaceOf(ResourceType resource, ParamRef reference, AdmissionRequest request)
    {
        if (!resource.Namespaced)
            return string.IsNullOrEmpty(reference.Namespace) ? null : throw new PolicyConfigurationException("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
        if (!string.IsNullOrEmpty(reference.Namespace))
            return reference.Namespace;
        return request.Namespace.Length > 0 ? request.Namespace
            : throw new PolicyConfigurationException("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
    }

    private static JsonObject Tree(KubeObject one, ParamKind kind)
    {
        var tree = one.ToTree();
        tree["apiVersion"] = kind.ApiVersion;
        tree["kind"] = kind.Kind;
        return tree;
    }

    private static string GroupVersionKindText(ParamKind kind) => $"{kind.ApiVersion}, Kind={kind.Kind}";
}
