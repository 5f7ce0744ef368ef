using LiteKube.Api.Core.V1;
using LiteKube.Api.Rbac.V1;

namespace LiteKube.ApiServer.Tables;

/// <summary>Namespaces, configuration and who may what.</summary>
internal static class ConfigTables
{
    public static Table<Namespace> Namespaces { get; } = new(
        new("Name", n => n.Metadata.Name, format: "name"),
        new("Status", n => n.Status.Phase ?? ""),
        new("Age", (n, c) => Ages.Of(n.Metadata.CreationTimestamp, c)));

    public static Table<ConfigMap> ConfigMaps { get; } = new(
        new("Name", m => m.Metadata.Name, format: "name"),
        new("Data", m => (long)(m.Data.Count + m.BinaryData.Count), type: "integer"),
        new("Age", (m, c) => Ages.Of(m.Metadata.CreationTimestamp, c)));

    public static Table<Secret> Secrets { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("Type", s => s.Type ?? ""),
        new("Data", s => (long)s.Data.Count, type: "integer"),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)));

    public static Table<ServiceAccount> ServiceAccounts { get; } = new(
        new("Name", s => s.Metadata.Name, format: "name"),
        new("Secrets", s => (long)s.Secrets.Count, type: "integer"),
        new("Age", (s, c) => Ages.Of(s.Metadata.CreationTimestamp, c)));

    public static Table<ResourceQuota> Quotas { get; } = new(
        new("Name", q => q.Metadata.Name, format: "name"),
        new("Request", q => Usage(q, k => !k.StartsWith("limits.", StringComparison.Ordinal))),
        new("Limit", q => Usage(q, k => k.StartsWith("limits.", StringComparison.Ordinal))),
        new("Age", (q, c) => Ages.Of(q.Metadata.CreationTimestamp, c)));

    // A role's creation is shown as a moment, not as an age.
    public static Table<Role> Roles { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Created At", r => Moment(r.Metadata.CreationTimestamp), type: "date"));

    public static Table<ClusterRole> ClusterRoles { get; } = new(
        new("Name", r => r.Metadata.Name, format: "name"),
        new("Created At", r => Moment(r.Metadata.CreationTimestamp), type: "date"));

    public static Table<RoleBinding> RoleBindings { get; } = new(
        new("Name", b => b.Metadata.Name, format: "name"),
        new("Role", b => $"{b.RoleRef.Kind}/{b.RoleRef.Name}"),
        new("Age", (b, c) => Ages.Of(b.Metadata.CreationTimestamp, c)),
        new("Users", b => Subjects(b.Subjects, "User"), 1),
        new("Groups", b => Subjects(b.Subjects, "Group"), 1),
        new("ServiceAccounts", b => Subjects(b.Subjects, "ServiceAccount"), 1));

    public static Table<ClusterRoleBinding> ClusterRoleBindings { get; } = new(
        new("Name", b => b.Metadata.Name, format: "name"),
        new("Role", b => $"{b.RoleRef.Kind}/{b.RoleRef.Name}"),
        new("Age", (b, c) => Ages.Of(b.Metadata.CreationTimestamp, c)),
        new("Users", b => Subjects(b.Subjects, "User"), 1),
        new("Groups", b => Subjects(b.Subjects, "Group"), 1),
        new("ServiceAccounts", b => Subjects(b.Subjects, "ServiceAccount"), 1));

    private static string Subjects(IEnumerable<Subject> subjects, string kind) =>
        string.Join(", ", subjects.Where(s => s.Kind == kind).Select(s => kind == "ServiceAccount" ? $"{s.Namespace}/{s.Name}" : s.Name));

    private static string Usage(ResourceQuota quota, Func<string, bool> shown) => string.Join(", ",
        quota.Status.Hard.Where(h => shown(h.Key)).OrderBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => $"{h.Key}: {(quota.Status.Used.TryGetValue(h.Key, out var used) ? used.ToString() : "0")}/{h.Value}"));

    private static string Moment(DateTimeOffset? time) => time is { } moment ? Verbs.SystemMetadata.Time(moment) : "";
}
