using LiteKube.Api;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Resources;

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

    /// <summary>Sent back as Warning headers.</summary>
    public List<string> Warnings => field ??= [];

    public bool HasWarnings { get; private set; }

    public void Warn(string text)
    {
        HasWarnings = true;
        if (!Warnings.Contains(text))
            Warnings.Add(text);
    }

    public ApiException NotFound() => ApiException.NotFound(Resource.Type, Name);
}
