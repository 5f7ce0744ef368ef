using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>What only creation sets.</summary>
internal static class CreationDefaults
{
    public static void Apply(string type, JsonObject tree)
    {
        switch (type)
        {
            case "core.v1.Pod":
                tree["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodQos.Of(tree.Object("spec")) };
                break;
            case "core.v1.Namespace":
                Namespace(tree);
                break;
            case "batch.v1.Job":
                Job(tree);
                break;
            case "core.v1.PersistentVolumeClaim":
                SameDataSource(tree.Object("spec"));
                break;
        }
    }

    private static void Namespace(JsonObject ns)
    {
        const string finalizer = "kubernetes";
        ns["status"] = new JsonObject { ["phase"] = "Active" };
        var spec = ns.ObjectOrNew("spec");
        var finalizers = spec.Array("finalizers");
        if (finalizers is null)
            spec["finalizers"] = finalizers = [];
        foreach (var existing in finalizers)
            if (existing.AsString() == finalizer)
                return;
        finalizers.Add((JsonNode)JsonValue.Create(finalizer));
    }

    // A job finds its pods by its own uid, so that no two jobs share pods. (https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector)
    private static void Job(JsonObject job)
    {
        var spec = job.ObjectOrNew("spec");
        var metadata = job.ObjectOrNew("metadata");
        if (spec.Bool("manualSelector") == true || metadata.String("uid") is not { } uid || spec.Object("template") is not { } template)
            return;
        var name = metadata.String("name") ?? "";
        var labels = template.ObjectOrNew("metadata").ObjectOrNew("labels");
        labels["controller-uid"] = uid;
        labels["batch.kubernetes.io/controller-uid"] = uid;
        labels["job-name"] = name;
        labels["batch.kubernetes.io/job-name"] = name;
        if (spec.Object("selector") is not { } selector)
            spec["selector"] = selector = new JsonObject();
        selector.ObjectOrNew("matchLabels")["batch.kubernetes.io/controller-uid"] = uid;
    }

    // Two fields for one thing, where the older can say it.
    private static void SameDataSource(JsonObject? spec)
    {
        if (spec is null)
            return;
        if (!spec.Has("dataSourceRef") && spec.Object("dataSource") is { } source)
            spec["dataSourceRef"] = source.DeepClone();
        else if (!spec.Has("dataSource") && spec.Object("dataSourceRef") is { } reference && !reference.Has("namespace")
            && (reference.String("kind") == "PersistentVolumeClaim" || reference.String("apiGroup") == "snapshot.storage.k8s.io"))
            spec["dataSource"] = reference.DeepClone();
    }
}
