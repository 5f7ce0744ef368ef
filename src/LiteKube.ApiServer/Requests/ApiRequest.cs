using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Resources;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Requests;

/// <summary>A request for a resource, free of any protocol. The HTTP front end makes one of each call, the in-process transport likewise.</summary>
internal sealed class ApiRequest
{
    public required UserInfo User { get; init; }

    /// <summary>get, list, watch, create, update, patch, delete, deletecollection: as authorization names them.</summary>
    public required string Verb { get; init; }

    public required ServedResource Resource { get; init; }

    /// <summary>Empty: cluster-scoped, or all namespaces.</summary>
    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    public RequestOptions Options { get; init; } = RequestOptions.None;

    public RequestBody Body { get; set; } = RequestBody.Empty;

    /// <summary>The client's program; null for callers in this process.</summary>
    public string? UserAgent { get; init; }

    /// <summary>A server-side apply, which settles the ownership of fields itself.</summary>
    public bool IsApply => Verb == "patch" && Body.MediaType == Verbs.PatchParser.Apply;

    /// <summary>Sent back as Warning headers.</summary>
    public List<string> Warnings => field ??= [];

    public bool HasWarnings { get; private set; }

    public void Warn(string text)
    {
        HasWarnings = true;
        if (!Warnings.Contains(text))
            Warnings.Add(text);
    }

    /// <summary>The same request as authorization sees it under another verb.</summary>
    public ApiRequest As(string verb) => new() { User = User, Verb = verb, Resource = Resource, Namespace = Namespace, Name = Name, Subresource = Subresource, Options = Options };

    /// <summary>What authorization said, once it was asked.</summary>
    public AuthorizationDecision? Decision { get; set; }

    /// <summary>What admission has to add to the record of this request.</summary>
    public Dictionary<string, string> AuditAnnotations => field ??= new(StringComparer.Ordinal);

    public bool HasAuditAnnotations { get; private set; }

    public void Annotate(string key, string value)
    {
        HasAuditAnnotations = true;
        AuditAnnotations[key] = value;
    }

    public ApiException NotFound() => ApiException.NotFound(Resource.Type, Name);
}
