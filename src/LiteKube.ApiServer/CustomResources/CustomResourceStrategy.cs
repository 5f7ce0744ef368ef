using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>
/// The life cycle of every custom resource. Without a status sub-resource status is a field like any other; with one, only its own writes change it, and they
/// change nothing else.
/// </summary>
internal sealed class CustomResourceStrategy : ObjectStrategy
{
    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        if (HasStatus)
            TreeParts.Copy(old, next, "status");
        var same = HasStatus ? TreeParts.SameBut(next, old, "metadata", "status") : TreeParts.SameBut(next, old, "metadata");
        SetGeneration(next, (old.Object("metadata").Long("generation") ?? 1) + (same ? 0 : 1));
    }

    public override void PrepareForStatusUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        TreeParts.KeepAllBut(next, old, "status");
        var managed = next.Object("metadata")?["managedFields"]?.DeepClone();
        next["metadata"] = old.Object("metadata")!.DeepClone();
        next.Object("metadata")!.Remove("resourceVersion");
        if (managed is not null)
            next.Object("metadata")!["managedFields"] = managed;
    }
}
