using LiteKube.Api.Rbac.V1;
using LiteKube.Security.Authorization.Bootstrap;
using LiteKube.Security.Authorization.Rbac;

namespace LiteKube.Security.Authorization.Node;

/// <summary>
/// What a node may do: its own Node, lease, CSINode and slices, and of what pods refer to only that of the pods bound to it.
/// (https://kubernetes.io/docs/reference/access-authn-authz/node/)
/// </summary>
internal sealed class NodeAuthorizer(NodeReach reach)
{
    private const string LeaseNamespace = "kube-node-lease";

    /// <summary>What every node may do alike: the rules of the role system:node, as they are built in. A changed role changes nothing here.</summary>
    private static readonly Lazy<IReadOnlyList<PolicyRule>> s_common = new(() => BootstrapRbac.ClusterRole("system:node").Rules);

    private static readonly AuthorizationDecision s_allowed = new(true, "");
    private static readonly AuthorizationDecision s_noOpinion = new(false, "");

    public ValueTask<AuthorizationDecision> AuthorizeAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (!request.IsResourceRequest)
            return new(Common(request));
        switch (request.ApiGroup, request.Resource)
        {
            case ("", "secrets") or ("", "configmaps"):
                return ReadAsync(node, request, cancellationToken);
            case ("", "persistentvolumeclaims") when request.Subresource == "status":
                return request.Verb is "update" or "patch" ? RelatedAsync(node, request, cancellationToken) : new(Denied("can only get/update/patch this type"));
            case ("", "persistentvolumeclaims") or ("", "persistentvolumes") or ("resource.k8s.io", "resourceclaims") or ("storage.k8s.io", "volumeattachments"):
                return GetAsync(node, request, cancellationToken);
            // Asked for where images are pulled with tokens of the accounts of pods.
            case ("", "serviceaccounts") when request is { Verb: "get", Subresource: "" }:
                return GetAsync(node, request, cancellationToken);
            case ("", "serviceaccounts"):
                return TokenAsync(node, request, cancellationToken);
            case ("coordination.k8s.io", "leases"):
                return new(Lease(node, request));
            case ("storage.k8s.io", "csinodes"):
                return new(CsiNode(node, request));
            case ("resource.k8s.io", "resourceslices"):
                return SliceAsync(node, request, cancellationToken);
            case ("", "nodes"):
                return new(Node(node, request));
            case ("", "pods"):
                return PodAsync(node, request, cancellationToken);
            default:
                return new(Common(request));
        }
    }

    private static AuthorizationDecision Common(AuthorizationAttributes request)
    {
        foreach (var rule in s_common.Value)
        {
            if (RuleMatcher.Allows(rule, request))
                return s_allowed;
        }

        return s_noOpinion;
    }

    private ValueTask<AuthorizationDecision> ReadAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (request.Verb is not ("get" or "list" or "watch"))
            return new(Denied("can only read resources of this type"));
        if (request.Subresource.Length > 0)
            return new(Denied("cannot read subresource"));
        return request.Namespace.Length == 0 ? new(Denied("can only read namespaced object of this type")) : RelatedAsync(node, request, cancellationToken);
    }

    private ValueTask<AuthorizationDecision> GetAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (request.Verb != "get")
            return new(Denied("can only get individual resources of this type"));
        return request.Subresource.Length > 0 ? new(Denied("cannot get subresource")) : RelatedAsync(node, request, cancellationToken);
    }

    private ValueTask<AuthorizationDecision> TokenAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (request.Verb != "create" || request.Name.Length == 0)
            return new(Denied("can only create tokens for individual service accounts"));
        return request.Subresource != "token" ? new(Denied("can only create token subresource of serviceaccount")) : RelatedAsync(node, request, cancellationToken);
    }

    private static AuthorizationDecision Lease(string node, AuthorizationAttributes request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
            return Denied("can only get, create, update, patch, or delete a node lease");
        if (request.Namespace != LeaseNamespace)
            return Denied($"can only access leases in the \"{LeaseNamespace}\" system namespace");
        // The name of what is created is in the body: NodeRestriction looks at it.
        return request.Verb != "create" && request.Name != node ? Denied("can only access node lease with the same name as the requesting node") : s_allowed;
    }

    private static AuthorizationDecision CsiNode(string node, AuthorizationAttributes request)
    {
        if (request.Verb is not ("get" or "create" or "update" or "patch" or "delete"))
            return Denied("can only get, create, update, patch, or delete a CSINode");
        if (request.Subresource.Length > 0)
            return Denied("cannot authorize CSINode subresources");
        return request.Verb != "create" && request.Name != node ? Denied("can only access CSINode with the same name as the requesting node") : s_allowed;
    }

    private ValueTask<AuthorizationDecision> SliceAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (request.Subresource.Length > 0)
            return new(Denied("cannot authorize ResourceSlice subresources"));
        return request.Verb switch
        {
            "create" => new(s_allowed),
            "get" or "update" or "patch" or "delete" => RelatedAsync(node, request, cancellationToken),
            "watch" or "list" or "deletecollection" => new(FieldIs(request, "spec.nodeName", node) || FieldIs(request, "nodeName", node)
                ? s_allowed : Denied("can only list/watch/deletecollection resourceslices with nodeName field selector")),
            _ => new(Denied("only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection")),
        };
    }

    private static AuthorizationDecision Node(string node, AuthorizationAttributes request) => (request.Subresource, request.Verb) switch
    {
        // NodeRestriction sees that it is the node's own.
        ("", "create" or "update" or "patch") or ("status", "update" or "patch") => s_allowed,
        ("", "get" or "list" or "watch") => request.Name == node ? s_allowed
            : request.Name.Length == 0 ? Denied($"node '{node}' cannot read all nodes, only its own Node object")
            : Denied($"node '{node}' cannot read '{request.Name}', only its own Node object"),
        _ => s_noOpinion,
    };

    private ValueTask<AuthorizationDecision> PodAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        switch (request.Subresource, request.Verb)
        {
            // NodeRestriction sees that the pods are the node's own.
            case ("", "create" or "delete") or ("status", "update" or "patch") or ("eviction", "create"):
                return new(s_allowed);
            case ("", "get"):
                return RelatedAsync(node, request, cancellationToken);
            case ("", "list" or "watch"):
                if (FieldIs(request, "spec.nodeName", node))
                    return new(s_allowed);
                return request.Name.Length > 0 ? RelatedAsync(node, request, cancellationToken) : new(Denied("can only list/watch pods with spec.nodeName field selector"));
            default:
                return new(s_noOpinion);
        }
    }

    private async ValueTask<AuthorizationDecision> RelatedAsync(string node, AuthorizationAttributes request, CancellationToken cancellationToken)
    {
        if (request.Name.Length == 0)
            return Denied("No Object name found");
        return await reach.HasAsync(node, request.ApiGroup, request.Resource, request.Namespace, request.Name, cancellationToken)
            ? s_allowed : Denied($"no relationship found between node '{node}' and this object");
    }

    /// <summary>Whether a selector asks for one value of a field, among whatever else it asks for.</summary>
    private static bool FieldIs(AuthorizationAttributes request, string field, string value)
    {
        if (request.FieldSelector is not { } selector)
            return false;
        foreach (var part in selector.Split(','))
        {
            if (part.StartsWith(field, StringComparison.Ordinal) && (part.AsSpan(field.Length) is ['=', '=', .. var two] && two.SequenceEqual(value) || part.AsSpan(field.Length) is ['=', .. var one] && one.SequenceEqual(value)))
                return true;
        }

        return false;
    }

    private static AuthorizationDecision Denied(string why) => new(false, why);
}
