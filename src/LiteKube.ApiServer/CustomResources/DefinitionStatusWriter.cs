using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Apiextensions.V1;
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
    /// <returns>The definition as written; null where it is gone.</returns>
    public async ValueTask<JsonObject?> WriteAsync(string name, Action<JsonObject> change, CancellationToken cancellationToken)
    {
        try
        {
            var request = new ApiRequest { User = Self, Verb = "update", Resource = registry.Value.Get(CustomResourceDefinition.Resource), Name = name, Subresource = "status" };
            // The finalizer is the server's own, so metadata may change here beside status.
            var written = await updater.UpdateAsync(request, current => Changed(current, change), static (_, _, _) => { }, cancellationToken);
            return written.Object.ToTree();
        }
        catch (ApiException e) when (e.Reason == StatusReason.NotFound)
        {
            return null;
        }
    }

    private static JsonObject Changed(JsonObject current, Action<JsonObject> change)
    {
        change(current);
        return current;
    }
}
