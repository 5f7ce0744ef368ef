using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Kinds;

/// <summary>A namespace stays, Terminating, until its spec.finalizers are removed through the finalize sub-resource.</summary>
internal sealed class NamespaceStrategy : ObjectStrategy
{
    public override void PrepareForCreate(ApiRequest request, JsonObject created)
    {
        base.PrepareForCreate(request, created);
        created.ObjectOrNew("metadata").ObjectOrNew("labels")["kubernetes.io/metadata.name"] = created.Object("metadata").String("name");
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        base.PrepareForUpdate(request, next, old);
        TreeParts.Copy(old.Object("spec") ?? [], next.ObjectOrNew("spec"), "finalizers");
        next.ObjectOrNew("metadata").ObjectOrNew("labels")["kubernetes.io/metadata.name"] = old.Object("metadata").String("name");
    }

    public static void PrepareForFinalize(JsonObject next, JsonObject old)
    {
        var finalizers = next.Object("spec").Array("finalizers")?.DeepClone();
        TreeParts.KeepAllBut(next, old, "metadata");
        var spec = next.ObjectOrNew("spec");
        if (finalizers is null)
            spec.Remove("finalizers");
        else
            spec["finalizers"] = finalizers;
    }

    public override bool IsDeletionDone(JsonObject updated) => base.IsDeletionDone(updated) && updated.Object("spec").Array("finalizers") is not { Count: > 0 };
}
