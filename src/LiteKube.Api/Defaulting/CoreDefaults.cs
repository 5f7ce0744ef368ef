using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;

namespace LiteKube.Api.Defaulting;

/// <summary>Nodes, limit ranges, namespaces and replication controllers.</summary>
internal static class CoreDefaults
{
    public static void NodeSpec(JsonObject spec)
    {
        // podCIDR is the first of podCIDRs; whoever sets one need not set the other.
        if (spec.String("podCIDR") is { Length: > 0 } cidr)
        {
            if (spec.Array("podCIDRs") is null or { Count: 0 })
                spec["podCIDRs"] = new JsonArray(JsonValue.Create(cidr));
        }
        else if (spec.Array("podCIDRs") is { Count: > 0 } cidrs)
        {
            spec["podCIDR"] = cidrs[0]?.DeepClone();
        }
    }

    public static void NodeStatus(JsonObject status)
    {
        if (!status.Has("allocatable") && status.Object("capacity") is { } capacity)
            status["allocatable"] = capacity.DeepClone();
    }

    public static void LimitRangeItem(JsonObject item)
    {
        if (item.String("type") != "Container")
            return;
        Fill(item, "default", item.Object("max"));
        Fill(item, "defaultRequest", item.Object("default"));
        Fill(item, "defaultRequest", item.Object("min"));
    }

    public static void Namespace(JsonObject ns)
    {
        if (ns.Object("metadata") is { } metadata && metadata.String("name") is { Length: > 0 } name)
            metadata.ObjectOrNew("labels")["kubernetes.io/metadata.name"] = name;
    }

    public static void ReplicationController(JsonObject controller)
    {
        if (controller.Object("spec") is not { } spec || spec.Object("template").Object("metadata").Object("labels") is not { Count: > 0 } labels)
            return;
        if (spec.Object("selector") is null or { Count: 0 })
            spec["selector"] = labels.DeepClone();
        var metadata = controller.ObjectOrNew("metadata");
        if (metadata.Object("labels") is null or { Count: 0 })
            metadata["labels"] = labels.DeepClone();
    }

    private static void Fill(JsonObject item, string name, JsonObject? source)
    {
        if (source is null or { Count: 0 })
            return;
        var target = item.ObjectOrNew(name);
        foreach (var (resource, value) in source)
            if (!target.ContainsKey(resource))
                target[resource] = value?.DeepClone();
    }
}
