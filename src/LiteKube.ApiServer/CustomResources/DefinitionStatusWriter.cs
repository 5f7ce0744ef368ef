using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>Writes what the server itself has to say of definitions.</summary>
internal sealed class DefinitionStatusWriter(Lazy<ResourceRegistry> registry, ObjectUpdater updater)
{
    public static readonly UserInfo Self = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    /// <param name="change">Changes the present definition; called again after a conflict.</param>
    /// <param name="uid">The definition that is meant; null for whichever has the name. Another of the name is left alone: it was made after the one meant had gone.</param>
    /// <returns>The definition as written; null where it is gone.</returns>
    public async ValueTask<JsonObject?> WriteAsync(string name, Action<JsonObject> change, CancellationToken cancellationToken, string? uid = null)
    {
        try
        {
            var request = new ApiRequest { User = Self, Verb = "update", Resource = registry.Value.Get(CustomResourceDefinition.Resource), Name = name, Subresource = "status" };
            // The finalizer is the server's own, so metadata may change here beside status.
            var written = await updater.UpdateAsync(request, current => Changed(current, change, name, uid), static (_, _, _) => { }, cancellationToken);
            return written.Object.ToTree();
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            return null;
        }
    }

    private static JsonObject Changed(JsonObject current, Action<JsonObject> change, string name, string? uid)
    {
        if (uid is not null && current.Object("metadata").String("uid") != uid)
            throw ApiException.NotFound(CustomResourceDefinition.Resource, name);
        change(current);
        return current;
    }
}
