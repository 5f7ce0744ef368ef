using LiteKube.Api.Codecs;
using static LiteKube.Admission.Plugins.PodSecurity.Wording;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>The restricted level: what hardening asks for, beyond the baseline.</summary>
internal static class RestrictedChecks
{
    private static readonly HashSet<string> s_volumes = new(StringComparer.Ordinal)
    {
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
    };

    public static IReadOnlyList<PodCheck> All { get; } =
    [
        new("allowPrivilegeEscalation", PodSecurityLevel.Restricted, [(8, Escalation), (25, pod => pod.IsWindows ? null : Escalation(pod))]),
        new("capabilities_restricted", PodSecurityLevel.Restricted, [(22, Capabilities), (25, pod => pod.IsWindows ? null : Capabilities(pod))], "capabilities_baseline"),
        new("procMount_restricted", PodSecurityLevel.Restricted, [(35, BaselineChecks.ProcMount)], "procMount"),
        new("restrictedVolumes", PodSecurityLevel.Restricted, [(0, Volumes)], "hostPathVolumes"),
        new("runAsNonRoot", PodSecurityLevel.Restricted, [(0, NonRoot), (35, pod => pod.HasOwnUsers ? null : NonRoot(pod))]),
        new("runAsUser", PodSecurityLevel.Restricted, [(23, User), (35, pod => pod.HasOwnUsers ? null : User(pod))]),
        new("seccompProfile_restricted", PodSecurityLevel.Restricted, [(19, Seccomp), (25, pod => pod.IsWindows ? null : Seccomp(pod))], "seccompProfile_baseline"),
    ];

    private static PodViolation? Escalation(PodView pod)
    {
        var bad = pod.Containers.Where(c => c.SecurityContext.Flag("allowPrivilegeEscalation") != false).Names();
        return bad.Count == 0 ? null : new PodViolation("allowPrivilegeEscalation != false", $"{Containers(bad)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static PodViolation? Capabilities(PodView pod)
    {
        static IEnumerable<string> Forbidden(ContainerView c) => BaselineChecks.Added(c).Where(a => a != "NET_BIND_SERVICE");

        var keeping = pod.Containers.Where(c => !(c.SecurityContext.Child("capabilities").Items("drop") ?? []).Any(d => d.AsString() == "ALL")).Names();
        var adding = pod.Containers.Where(c => Forbidden(c).Any()).ToList();
        string?[] details =
        [
            keeping.Count == 0 ? null : $"{Containers(keeping)} must set securityContext.capabilities.drop=[\"ALL\"]",
            adding.Count == 0 ? null : $"{Containers(adding.Names())} must not include {Sorted(adding.SelectMany(Forbidden))} in securityContext.capabilities.add",
        ];
        return keeping.Count + adding.Count == 0 ? null : new PodViolation("unrestricted capabilities", string.Join("; ", details.OfType<string>()));
    }

    private static PodViolation? Volumes(PodView pod)
    {
        var names = new List<string>();
        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec.Objects("volumes"))
        {
            if (volume.FirstOrDefault(m => m.Key != "name" && m.Value is not null).Key is not { } type || s_volumes.Contains(type))
                continue;
            names.Add(volume.Text("name") ?? "");
            types.Add(type);
        }

        return names.Count == 0 ? null
            : new PodViolation(
                "restricted volume types",
                $"{Plural("volume", "volumes", names.Count)} {Quoted(names)} {Plural("uses", "use", names.Count)} restricted volume {Plural("type", "types", types.Count)} {Quoted(types)}");
    }

    private static PodViolation? NonRoot(PodView pod)
    {
        const string reason = "runAsNonRoot != true";
        var ofPod = pod.SecurityContext.Flag("runAsNonRoot");
        var asRoot = pod.Containers.Where(c => c.SecurityContext.Flag("runAsNonRoot") == false).Names();
        if (Setters(ofPod == false, asRoot) is { } setters)
            return new PodViolation(reason, $"{setters} must not set securityContext.runAsNonRoot=false");
        var silent = ofPod == true ? [] : pod.Containers.Where(c => c.SecurityContext.Flag("runAsNonRoot") is null).Names();
        return silent.Count == 0 ? null : new PodViolation(reason, $"pod or {Containers(silent)} must set securityContext.runAsNonRoot=true");
    }

    private static PodViolation? User(PodView pod) =>
        Setters(pod.SecurityContext.Number("runAsUser") == 0, pod.Containers.Where(c => c.SecurityContext.Number("runAsUser") == 0).Names()) is { } setters
            ? new PodViolation("runAsUser=0", $"{setters} must not set runAsUser=0") : null;

    private static PodViolation? Seccomp(PodView pod)
    {
        var ofPod = BaselineChecks.SeccompType(pod.SecurityContext);
        var bad = pod.Containers.Where(c => !BaselineChecks.IsConfined(BaselineChecks.SeccompType(c.SecurityContext))).ToList();
        var podIsBad = !BaselineChecks.IsConfined(ofPod);
        if (Setters(podIsBad, bad.Names()) is { } setters)
        {
            var values = bad.Select(c => BaselineChecks.SeccompType(c.SecurityContext)!).Concat(podIsBad ? [ofPod!] : []);
            return new PodViolation("seccompProfile", $"{setters} must not set securityContext.seccompProfile.type to {Sorted(values)}");
        }

        var silent = ofPod is not null ? [] : pod.Containers.Where(c => BaselineChecks.SeccompType(c.SecurityContext) is null).Names();
        return silent.Count == 0 ? null
            : new PodViolation("seccompProfile", $"pod or {Containers(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }
}
