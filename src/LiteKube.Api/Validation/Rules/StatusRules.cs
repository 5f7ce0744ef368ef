using System.Collections.Frozen;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;

namespace LiteKube.Api.Validation.Rules;

/// <summary>What is asked of a status when it is written.</summary>
internal static class StatusRules
{
    private static readonly FrozenDictionary<string, Action<FieldErrors, JsonObject>> s_rules = new Dictionary<string, Action<FieldErrors, JsonObject>>(StringComparer.Ordinal)
    {
        ["core.v1.Pod"] = Pod,
        ["core.v1.Node"] = Node,
        ["apiextensions.v1.CustomResourceDefinition"] = DefinitionRules.StoredVersions,
        ["apps.v1.Deployment"] = Counts,
        ["apps.v1.ReplicaSet"] = Counts,
        ["apps.v1.StatefulSet"] = Counts,
        ["apps.v1.DaemonSet"] = Counts,
        ["core.v1.ReplicationController"] = Counts,
        ["batch.v1.Job"] = Counts,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Action<FieldErrors, JsonObject>? Of(string type) => s_rules.GetValueOrDefault(type);

    // Every number in these statuses counts something.
    private static void Counts(FieldErrors errors, JsonObject value)
    {
        foreach (var (name, node) in value.Object("status") ?? [])
            errors.NotNegative(FieldPath.Root.Child("status", name), node.AsLong());
    }

    private static void Pod(FieldErrors errors, JsonObject pod)
    {
        var path = FieldPath.Root.Child("status");
        foreach (var (i, ip) in pod.Object("status").Items("podIPs"))
            FieldRules.Ip(errors, ip.String("ip") ?? "", path.Child("podIPs").Index(i).Child("ip"));
        foreach (var (i, condition) in pod.Object("status").Items("conditions"))
            errors.Check(path.Child("conditions").Index(i).Child("type"), condition.String("type") ?? "", NameRules.QualifiedName(condition.String("type")));
    }

    private static void Node(FieldErrors errors, JsonObject node)
    {
        var path = FieldPath.Root.Child("status");
        ResourceRules.NotNegative(errors, node.Object("status").Object("capacity"), path.Child("capacity"));
        ResourceRules.NotNegative(errors, node.Object("status").Object("allocatable"), path.Child("allocatable"));
        var seen = new HashSet<(string?, string?)>();
        foreach (var (i, address) in node.Object("status").Items("addresses"))
            if (!seen.Add((address.String("type"), address.String("address"))))
                errors.Add(FieldError.Duplicate(path.Child("addresses").Index(i), address));
    }
}
