using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using static LiteKube.Admission.Plugins.PodSecurity.Wording;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>The baseline level: nothing by which privileges are known to escalate.</summary>
internal static class BaselineChecks
{
    private static readonly HashSet<string> s_capabilities = new(StringComparer.Ordinal)
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    };

    private static readonly string[] s_handlers = ["livenessProbe", "readinessProbe", "startupProbe"];
    private static readonly string[] s_hooks = ["postStart", "preStop"];
    private static readonly string[] s_sysctls10 = ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start"];
    private static readonly string[] s_sysctls27 = [.. s_sysctls10, "net.ipv4.ip_local_reserved_ports"];
    private static readonly string[] s_sysctls29 = [.. s_sysctls27, "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"];
    private static readonly string[] s_sysctls32 = [.. s_sysctls29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];
    private static readonly string[] s_seLinux10 = ["", "container_t", "container_init_t", "container_kvm_t"];
    private static readonly string[] s_seLinux31 = [.. s_seLinux10, "container_engine_t"];

    public static IReadOnlyList<PodCheck> All { get; } =
    [
        new("appArmorProfile", PodSecurityLevel.Baseline, [(0, AppArmor)]),
        new("capabilities_baseline", PodSecurityLevel.Baseline, [(0, Capabilities)]),
        new("hostNamespaces", PodSecurityLevel.Baseline, [(0, HostNamespaces)]),
        new("hostPathVolumes", PodSecurityLevel.Baseline, [(0, HostPaths)]),
        new("hostPorts", PodSecurityLevel.Baseline, [(0, HostPorts)]),
        new("hostProbesAndHostLifecycle", PodSecurityLevel.Baseline, [(34, HandlerHosts)]),
        new("privileged", PodSecurityLevel.Baseline, [(0, Privileged)]),
        new("procMount", PodSecurityLevel.Baseline, [(0, ProcMount), (35, pod => pod.HasOwnUsers ? null : ProcMount(pod))]),
        new("seLinuxOptions", PodSecurityLevel.Baseline, [(0, pod => SeLinux(pod, s_seLinux10)), (31, pod => SeLinux(pod, s_seLinux31))]),
        new("seccompProfile_baseline", PodSecurityLevel.Baseline, [(19, Seccomp)]),
        new("sysctls", PodSecurityLevel.Baseline, [(0, p => Sysctls(p, s_sysctls10)), (27, p => Sysctls(p, s_sysctls27)), (29, p => Sysctls(p, s_sysctls29)), (32, p => Sysctls(p, s_sysctls32))]),
        new("windowsHostProcess", PodSecurityLevel.Baseline, [(0, HostProcess)]),
    ];

    public static PodViolation? ProcMount(PodView pod)
    {
        var bad = pod.Containers.Where(c => c.SecurityContext.Text("procMount") is { } mount and not "Default").ToList();
        return bad.Count == 0 ? null
            : new PodViolation("procMount", $"{Containers(bad.Names())} must not set securityContext.procMount to {Sorted(bad.Select(c => c.SecurityContext.Text("procMount")!))}");
    }

    public static bool IsConfined(string? seccompType) => seccompType is null or "RuntimeDefault" or "Localhost";

    public static string? SeccompType(JsonObject? securityContext) => securityContext.Child("seccompProfile").Text("type");

    private static PodViolation? AppArmor(PodView pod)
    {
        const string annotation = "container.apparmor.security.beta.kubernetes.io/";
        static string? Bad(JsonObject? context) => context.Child("appArmorProfile").Text("type") is { } type and not ("RuntimeDefault" or "Localhost") ? type : null;

        var bad = pod.Containers.Where(c => Bad(c.SecurityContext) is not null).ToList();
        var values = new SortedSet<string>(bad.Select(c => Bad(c.SecurityContext)!), StringComparer.Ordinal);
        if (Bad(pod.SecurityContext) is { } ofPod)
            values.Add(ofPod);
        var annotations = (pod.Metadata.Child("annotations") ?? [])
            .Where(a => a.Key.StartsWith(annotation, StringComparison.Ordinal) && a.Value.AsString() is { Length: > 0 } value && value != "runtime/default" && !value.StartsWith("localhost/", StringComparison.Ordinal))
            .Select(a => $"{a.Key}=\"{a.Value.AsString()}\"")
            .Order(StringComparer.Ordinal)
            .ToList();
        string[] setters = [.. new[] { Setters(Bad(pod.SecurityContext) is not null, bad.Names()), annotations.Count == 0 ? null : Plural("annotation", "annotations", annotations.Count) }.OfType<string>()];
        if (setters.Length == 0)
            return null;
        string[] all = [.. values, .. annotations];
        return new PodViolation(Plural("forbidden AppArmor profile", "forbidden AppArmor profiles", all.Length), $"{string.Join(" and ", setters)} must not set AppArmor profile type to {Quoted(all)}");
    }

    private static PodViolation? Capabilities(PodView pod)
    {
        var bad = pod.Containers.Where(c => Added(c).Any(a => !s_capabilities.Contains(a))).ToList();
        return bad.Count == 0 ? null
            : new PodViolation("non-default capabilities", $"{Containers(bad.Names())} must not include {Sorted(bad.SelectMany(Added).Where(a => !s_capabilities.Contains(a)))} in securityContext.capabilities.add");
    }

    internal static IEnumerable<string> Added(ContainerView container) => (container.SecurityContext.Child("capabilities").Items("add") ?? []).Select(a => a.AsString() ?? "");

    private static PodViolation? HostNamespaces(PodView pod)
    {
        var shared = ((string[])["hostNetwork", "hostPID", "hostIPC"]).Where(n => pod.Spec.Flag(n) == true).Select(n => n + "=true").ToList();
        return shared.Count == 0 ? null : new PodViolation("host namespaces", string.Join(", ", shared));
    }

    private static PodViolation? HostPaths(PodView pod)
    {
        var volumes = pod.Spec.Objects("volumes").Where(v => v.Has("hostPath")).Select(v => v.Text("name") ?? "").ToList();
        return volumes.Count == 0 ? null : new PodViolation("hostPath volumes", $"{Plural("volume", "volumes", volumes.Count)} {Quoted(volumes)}");
    }

    private static PodViolation? HostPorts(PodView pod)
    {
        static IEnumerable<long> Ports(ContainerView c) => c.Tree.Objects("ports").Select(p => p.Number("hostPort") ?? 0).Where(p => p != 0);

        var bad = pod.Containers.Where(c => Ports(c).Any()).ToList();
        var ports = bad.SelectMany(Ports).Distinct().Order().ToList();
        return bad.Count == 0 ? null
            : new PodViolation("hostPort", $"{Containers(bad.Names())} {Plural("uses", "use", bad.Count)} {Plural("hostPort", "hostPorts", ports.Count)} {string.Join(", ", ports)}");
    }

    private static PodViolation? HandlerHosts(PodView pod)
    {
        static IEnumerable<string> Hosts(ContainerView c)
        {
            var handlers = s_handlers.Select(h => c.Tree.Child(h)).Concat(s_hooks.Select(h => c.Tree.Child("lifecycle").Child(h)));
            return handlers.SelectMany(h => new[] { h.Child("httpGet").Text("host"), h.Child("tcpSocket").Text("host") }).OfType<string>();
        }

        var bad = pod.Containers.Where(c => Hosts(c).Any()).ToList();
        var hosts = bad.SelectMany(Hosts).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var names = bad.Names().Order(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null
            : new PodViolation("probe or lifecycle host", $"{Containers(names)} {Plural("uses", "use", names.Count)} {Plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.Count)} {Quoted(hosts)}");
    }

    private static PodViolation? Privileged(PodView pod)
    {
        var bad = pod.Containers.Where(c => c.SecurityContext.Flag("privileged") == true).Names();
        return bad.Count == 0 ? null : new PodViolation("privileged", $"{Containers(bad)} must not set securityContext.privileged=true");
    }

    private static PodViolation? SeLinux(PodView pod, string[] allowed)
    {
        bool IsBad(JsonObject? options) => options is not null && (!allowed.Contains(options.Text("type") ?? "") || options.Text("user") is not null || options.Text("role") is not null);

        var ofPod = pod.SecurityContext.Child("seLinuxOptions");
        var bad = pod.Containers.Where(c => IsBad(c.SecurityContext.Child("seLinuxOptions"))).ToList();
        if (Setters(IsBad(ofPod), bad.Names()) is not { } setters)
            return null;
        var all = bad.Select(c => c.SecurityContext.Child("seLinuxOptions")!).Concat(IsBad(ofPod) ? [ofPod!] : []).ToList();
        var types = all.Select(o => o.Text("type") ?? "").Where(t => !allowed.Contains(t)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        string?[] data =
        [
            types.Count == 0 ? null : $"{Plural("type", "types", types.Count)} {Quoted(types)}",
            all.Any(o => o.Text("user") is not null) ? "user may not be set" : null,
            all.Any(o => o.Text("role") is not null) ? "role may not be set" : null,
        ];
        return new PodViolation("seLinuxOptions", $"{setters} set forbidden securityContext.seLinuxOptions: {string.Join("; ", data.OfType<string>())}");
    }

    private static PodViolation? Seccomp(PodView pod)
    {
        var bad = pod.Containers.Where(c => !IsConfined(SeccompType(c.SecurityContext))).ToList();
        var podIsBad = !IsConfined(SeccompType(pod.SecurityContext));
        if (Setters(podIsBad, bad.Names()) is not { } setters)
            return null;
        var values = bad.Select(c => SeccompType(c.SecurityContext)!).Concat(podIsBad ? [SeccompType(pod.SecurityContext)!] : []);
        return new PodViolation("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Sorted(values)}");
    }

    private static PodViolation? Sysctls(PodView pod, string[] allowed)
    {
        var forbidden = pod.SecurityContext.Objects("sysctls").Select(s => s.Text("name") ?? "").Where(n => !allowed.Contains(n)).ToList();
        return forbidden.Count == 0 ? null : new PodViolation("forbidden sysctls", string.Join(", ", forbidden));
    }

    private static PodViolation? HostProcess(PodView pod)
    {
        static bool IsHost(JsonObject? context) => context.Child("windowsOptions").Flag("hostProcess") == true;

        return Setters(IsHost(pod.SecurityContext), pod.Containers.Where(c => IsHost(c.SecurityContext)).Names()) is { } setters
            ? new PodViolation("hostProcess", $"{setters} must not set securityContext.windowsOptions.hostProcess=true") : null;
    }
}
