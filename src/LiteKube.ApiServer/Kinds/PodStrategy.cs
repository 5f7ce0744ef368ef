using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Kinds;

/// <summary>Pods are deleted by the node that runs them, and keep what their sub-resources wrote.</summary>
internal sealed class PodStrategy : ObjectStrategy
{
    private static readonly string[] s_containerLists = ["containers", "initContainers"];

    public PodStrategy()
    {
        HasStatus = true;
        CountsGenerations = true;
        ReturnsDeleted = true;
        KeptByStatus = ["ownerReferences"];
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        TreeParts.Copy(old.Object("spec") ?? [], next.ObjectOrNew("spec"), "ephemeralContainers");
        base.PrepareForUpdate(request, next, old);
    }

    public override void PrepareForStatusUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        base.PrepareForStatusUpdate(request, next, old);
        var status = next.ObjectOrNew("status");
        if (!status.Has("qosClass"))
            TreeParts.Copy(old.Object("status") ?? [], status, "qosClass");
    }

    /// <summary>Only spec.ephemeralContainers is the client's.</summary>
    public static void PrepareForEphemeralContainers(JsonObject next, JsonObject old)
    {
        var given = next.Object("spec").Array("ephemeralContainers")?.DeepClone();
        TreeParts.KeepAllBut(next, old, "metadata");
        if (given is not null)
            next.ObjectOrNew("spec")["ephemeralContainers"] = given;
        Recount(next, old);
    }

    /// <summary>Only the resources of containers are the client's.</summary>
    public static void PrepareForResize(JsonObject next, JsonObject old)
    {
        var given = next.Object("spec") ?? [];
        TreeParts.KeepAllBut(next, old, "metadata");
        foreach (var list in s_containerLists)
        {
            foreach (var container in next.Object("spec").Array(list) ?? [])
            {
                var name = (container as JsonObject).String("name");
                if ((given.Array(list) ?? []).FirstOrDefault(c => (c as JsonObject).String("name") == name) is not JsonObject wanted)
                    continue;
                TreeParts.Copy(wanted, (JsonObject)container!, "resources");
                TreeParts.Copy(wanted, (JsonObject)container!, "resizePolicy");
            }
        }

        Recount(next, old);
    }

    public override long? GracePeriod(JsonObject deleted, long? requested)
    {
        var spec = deleted.Object("spec");
        if (string.IsNullOrEmpty(spec.String("nodeName")) || deleted.Object("status").String("phase") is "Succeeded" or "Failed")
            return 0;
        var period = requested ?? spec.Long("terminationGracePeriodSeconds") ?? 0;
        return period < 0 ? 1 : period;
    }

    private static void Recount(JsonObject next, JsonObject old) =>
        SetGeneration(next, (old.Object("metadata").Long("generation") ?? 0) + (TreeParts.SameBut(next, old, "metadata", "status") ? 0 : 1));
}
