using LiteKube.Api.Core.V1;

namespace LiteKube.ApiServer.Tables;

internal static class NodeTable
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    public static Table<Node> Table { get; } = new(
        new("Name", n => n.Metadata.Name, format: "name"),
        new("Status", n => Status(n)),
        new("Roles", n => Roles(n)),
        new("Age", (n, c) => Ages.Of(n.Metadata.CreationTimestamp, c)),
        new("Version", n => n.Status.NodeInfo?.KubeletVersion ?? ""),
        new("Internal-IP", n => Address(n, "InternalIP"), 1),
        new("External-IP", n => Address(n, "ExternalIP"), 1),
        new("OS-Image", n => OrUnknown(n.Status.NodeInfo?.OsImage), 1),
        new("Kernel-Version", n => OrUnknown(n.Status.NodeInfo?.KernelVersion), 1),
        new("Container-Runtime", n => OrUnknown(n.Status.NodeInfo?.ContainerRuntimeVersion), 1));

    private static string Status(Node node)
    {
        var text = node.Status.Conditions.FirstOrDefault(c => c.Type == "Ready")?.Status switch
        {
            "True" => "Ready",
            null => "Unknown",
            _ => "NotReady",
        };
        return node.Spec.Unschedulable == true ? text + ",SchedulingDisabled" : text;
    }

    private static string Roles(Node node) => Shown.Join(node.Metadata.Labels
        .Select(l => l.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? l.Key[RolePrefix.Length..] : l.Key == RoleLabel ? l.Value : "")
        .Where(r => r.Length > 0)
        .Distinct()
        .Order(StringComparer.Ordinal));

    private static string Address(Node node, string type) => Shown.OrNone(node.Status.Addresses.FirstOrDefault(a => a.Type == type)?.Address);

    private static string OrUnknown(string? text) => string.IsNullOrEmpty(text) ? Shown.Unknown : text;
}
