using LiteKube.Api.Security;

namespace LiteKube.Security.Authorization;

/// <summary>What a request wants to do, in RBAC's terms. Either a resource request, or a path (<see cref="IsResourceRequest"/> false).</summary>
public sealed record AuthorizationAttributes
{
    public required UserInfo User { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection, or the lower-case HTTP method for a path.</summary>
    public required string Verb { get; init; }

    public string ApiGroup { get; init; } = "";

    public string ApiVersion { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Empty for cluster-scoped resources and for requests across all namespaces.</summary>
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Path { get; init; } = "";

    public bool IsResourceRequest { get; init; } = true;

    /// <summary>The field selector of a list, watch or deletecollection, as the client wrote it; null where there is none.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>The label selector, likewise.</summary>
    public string? LabelSelector { get; init; }
}
