using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Registration;
using LiteKube.Node.Resources;
using LiteKube.Node.Status;

namespace LiteKube.Node.Pods;

/// <summary>
/// The node's last word on a pod that was bound to it: by the scheduler, who may not have seen the newest state, or by a spec.nodeName that never saw
/// a scheduler. Pure.
/// </summary>
internal static class PodAdmission
{
    /// <summary>Namespaced sysctls that no other pod can feel (kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster).</summary>
    private static readonly HashSet<string> s_safeSysctls = new(StringComparer.Ordinal)
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_wmem",
    };

    /// <param name="others">The pods that are here and have not ended.</param>
    /// <returns>Null when the pod may start.</returns>
    public static PodVerdict? Check(Pod pod, IEnumerable<Pod> others, ApiNode? node, NodeResources resources)
    {
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
            if (!s_safeSysctls.Contains(sysctl.Name.Replace('/', '.')))
                return new PodVerdict("SysctlForbidden", $"forbidden sysctl: \"{sysctl.Name}\" not allowlisted", IsRejection: true);
        if (pod.Spec.Os is { Name: not ("linux" or "") })
            return Reject("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
        if (node is not null && !NodeMatch.Matches(pod, node))
            return Reject("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
        if (node is not null && HasForbiddingTaint(pod, node))
            return Reject("TaintToleration", "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate");
        var present = others as IReadOnlyCollection<Pod> ?? [.. others];
        if (present.Any(o => PortsClash(o, pod)))
            return Reject("NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports");
        return CheckResources(pod, present, node, resources);
    }

    private static PodVerdict Reject(string reason, string message) => new(reason, $"Pod was rejected: {message}", IsRejection: true);

    private static PodVerdict? CheckResources(Pod pod, IReadOnlyCollection<Pod> others, ApiNode? node, NodeResources resources)
    {
        var podsAllowed = resources.Allocatable.Of("pods").Value;
        if (others.Count + 1 > podsAllowed)
            return Reject("OutOfpods", $"Node didn't have enough resource: pods, requested: 1, used: {others.Count}, capacity: {podsAllowed}");
        var used = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var other in others)
            foreach (var (resource, amount) in ResourceAmounts.RequestsOf(other))
                used[resource] = used.TryGetValue(resource, out var sum) ? sum + amount : amount;
        foreach (var (resource, amount) in ResourceAmounts.RequestsOf(pod))
        {
            if (amount.IsZero)
                continue;

            // Extended resources stand only in the API's node object: their owners write them there.
            var capacity = resources.Allocatable.TryGetValue(resource, out var own) ? own : node is not null ? node.Status.Allocatable.Of(resource) : amount;
            var taken = used.GetValueOrDefault(resource);
            if (taken + amount > capacity)
                return Reject("OutOf" + resource, $"Node didn't have enough resource: {resource}, requested: {Plain(resource, amount)}, used: {Plain(resource, taken)}, capacity: {Plain(resource, capacity)}");
        }

        return null;
    }

    private static long Plain(string resource, Quantity amount) => resource == "cpu" ? amount.MilliValue : amount.Value;

    private static bool HasForbiddingTaint(Pod pod, ApiNode node) =>
        node.Spec.Taints.Any(t => t.Effect == "NoExecute" && !pod.Spec.Tolerations.Any(o => Tolerates(o, t)));

    private static bool Tolerates(Toleration toleration, Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) ? toleration.Operator == "Exists" : toleration.Key == taint.Key)
        && (toleration.Operator == "Exists" || (toleration.Value ?? "") == (taint.Value ?? ""));

    private static bool PortsClash(Pod a, Pod b)
    {
        foreach (var x in HostPorts.Of(a))
            foreach (var y in HostPorts.Of(b))
                if (x.Port == y.Port && x.Protocol == y.Protocol && (IsAny(x.HostIP) || IsAny(y.HostIP) || x.HostIP == y.HostIP))
                    return true;
        return false;
    }

    private static bool IsAny(string? ip) => string.IsNullOrEmpty(ip) || ip is "0.0.0.0" or "::";
}
