using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Security;

namespace LiteKube.Admission;

/// <summary>One write on its way to the store: decoded, defaulted, authorized. Mutating plugins change <see cref="Object"/> in place.</summary>
public sealed class AdmissionRequest
{
    public required AdmissionOperation Operation { get; init; }

    /// <summary>The stored resource: <see cref="Object"/> is in its form.</summary>
    public required ResourceType Resource { get; init; }

    /// <summary>The resource as the client named it; another version or group of <see cref="Resource"/>, or the same.</summary>
    public ResourceType RequestResource { get => field ?? Resource; init; }

    /// <summary>The kind of <see cref="Object"/>; differs from the resource's own for sub-resources such as scale, eviction and binding.</summary>
    public string? Kind { get; init; }

    /// <summary>Empty where the request is for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Empty for cluster-scoped resources. For a Namespace object itself, its own name.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty on create with generateName, and on deletecollection.</summary>
    public string Name { get; init; } = "";

    /// <summary>The new object; null on delete. On connect, the options of the connection, if any.</summary>
    public JsonObject? Object { get; set; }

    /// <summary>The stored object on update and delete.</summary>
    public JsonObject? OldObject { get; init; }

    public required UserInfo User { get; init; }

    public bool DryRun { get; init; }

    /// <summary>CreateOptions, UpdateOptions or DeleteOptions; null on connect.</summary>
    public JsonObject? Options => field ??= OptionsSource?.Invoke();

    /// <summary>Makes <see cref="Options"/>: most requests meet nobody who asks.</summary>
    public Func<JsonObject?>? OptionsSource { get; init; }

    /// <summary>Sent to the client as Warning headers.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>For the audit event of this request: <c>webhook.example.com/key</c> and the like.</summary>
    public Dictionary<string, string> AuditAnnotations => field ??= new(StringComparer.Ordinal);

    public Reinvocation Reinvocation => field ??= new Reinvocation();

    public bool Is(ResourceType resource, string subresource = "") =>
        Resource.Plural == resource.Plural && Resource.Group == resource.Group && Subresource == subresource;
}
