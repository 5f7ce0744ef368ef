using LiteKube.Api.Security;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Requests;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Aggregation;

/// <summary>What a request for another server's resources asks, read off its path and method alone: authorization comes before the proxy.</summary>
internal sealed record RemoteRequest(string Verb, string Resource, string Subresource, string Namespace, string Name, RequestOptions Options)
{
    /// <summary>Null for the group version itself, which is discovery and no resource.</summary>
    public static RemoteRequest? Of(RemoteApi api, string path, string method, RequestOptions options)
    {
        var parts = path.Length <= api.Path.Length ? [] : path[(api.Path.Length + 1)..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var oldWatch = parts is ["watch", _, ..];
        if (oldWatch)
            parts = parts[1..];
        if (parts.Length == 0)
            return null;
        var ns = "";
        if (parts is ["namespaces", var named, _, ..])
        {
            ns = named;
            parts = parts[2..];
        }

        var fieldSelector = options.FieldSelector;
        var name = parts.Length > 1 ? parts[1] : "";
        const string selected = "metadata.name=";
        if (name.Length == 0 && fieldSelector is not null && fieldSelector.StartsWith(selected, StringComparison.Ordinal) && !fieldSelector.Contains(',', StringComparison.Ordinal))
            name = fieldSelector[selected.Length..];
        return new RemoteRequest(VerbOf(method, parts.Length > 1, oldWatch || options.Watch), parts[0], parts.Length > 2 ? parts[2] : "", ns, name, options);
    }

    public AuthorizationAttributes Attributes(UserInfo user, RemoteApi api) => new()
    {
        User = user, Verb = Verb, ApiGroup = api.Group, ApiVersion = api.Version, Resource = Resource, Subresource = Subresource, Namespace = Namespace, Name = Name,
        FieldSelector = Narrows ? Options.FieldSelector : null, LabelSelector = Narrows ? Options.LabelSelector : null,
    };

    private bool Narrows => Verb is "list" or "watch" or "deletecollection";

    public FlowRequest Flow(UserInfo user, RemoteApi api) => new(user, Verb, api.Group, Resource, Subresource, Namespace, null);

    private static string VerbOf(string method, bool named, bool watches) => method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => watches ? "watch" : named ? "get" : "list",
    };
}
