using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Pods;

/// <summary>What the node asks of a pod again and again.</summary>
internal static class PodFacts
{
    private const int SystemCriticalPriority = 2_000_000_000;

    public static string UidOf(this Pod pod) => pod.Metadata.Uid ?? "";

    public static PodIdentity IdentityOf(this Pod pod) => new(pod.UidOf(), pod.Metadata.Namespace ?? "", pod.Metadata.Name ?? "");

    /// <summary>As upstream's messages name a pod.</summary>
    public static string FullNameOf(this Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";

    public static bool IsHostNetwork(this Pod pod) => pod.Spec.HostNetwork == true;

    public static bool IsTerminal(this Pod pod) => pod.Status.Phase is PodPhase.Succeeded or PodPhase.Failed;

    public static bool IsBeingDeleted(this Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    public static string RestartPolicyOf(this Pod pod) => pod.Spec.RestartPolicy ?? RestartPolicy.Always;

    public static bool IsCritical(this Pod pod) => pod.Spec.Priority >= SystemCriticalPriority;

    /// <summary>An init container that keeps running beside the pod's own containers (KEP-753).</summary>
    public static bool IsSidecar(this Container container) => container.RestartPolicy == RestartPolicy.Always;

    public static bool HasSidecars(this Pod pod) => pod.Spec.InitContainers.Any(IsSidecar);

    /// <summary>Sidecars and app containers: those whose readiness is the pod's.</summary>
    public static IEnumerable<Container> LongRunning(this Pod pod) => pod.Spec.InitContainers.Where(IsSidecar).Concat(pod.Spec.Containers);

    public static IEnumerable<Container> AllContainers(this Pod pod) =>
        pod.Spec.InitContainers.Concat(pod.Spec.Containers).Concat(pod.Spec.EphemeralContainers.Select(e => e.AsContainer()));

    public static Container? FindContainer(this Pod pod, string name) => pod.AllContainers().FirstOrDefault(c => c.Name == name);

    public static ContainerKind? KindOf(this Pod pod, string containerName)
    {
        foreach (var container in pod.Spec.Containers)
            if (container.Name == containerName)
                return ContainerKind.App;
        foreach (var container in pod.Spec.InitContainers)
            if (container.Name == containerName)
                return container.IsSidecar() ? ContainerKind.Sidecar : ContainerKind.Init;
        foreach (var container in pod.Spec.EphemeralContainers)
            if (container.Name == containerName)
                return ContainerKind.Ephemeral;
        return null;
    }

    /// <summary>How long its containers may take to stop: what the deletion says, else the spec; never under a second, so that a stop signal is sent.</summary>
    public static TimeSpan GraceOf(this Pod pod)
    {
        var seconds = pod.IsBeingDeleted() && pod.Metadata.DeletionGracePeriodSeconds is { } atDeletion ? atDeletion : pod.Spec.TerminationGracePeriodSeconds ?? 30;
        return TimeSpan.FromSeconds(Math.Max(1, seconds));
    }

    /// <summary>The host name inside the pod: its own, or its name cut to what a host name may be.</summary>
    public static string HostnameOf(this Pod pod)
    {
        var name = pod.Spec.HostnameOverride ?? pod.Spec.Hostname;
        if (!string.IsNullOrEmpty(name))
            return name;
        name = pod.Metadata.Name ?? "";
        return name.Length <= 63 ? name : name[..63].TrimEnd('-', '.');
    }

    /// <summary>The fully qualified name where the pod has a subdomain, else empty.</summary>
    public static string DomainOf(this Pod pod, string clusterDomain) =>
        string.IsNullOrEmpty(pod.Spec.Subdomain) || pod.Spec.HostnameOverride is not null ? "" : $"{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.{clusterDomain}";

    /// <summary>The container that an ephemeral one is to look into; null for none.</summary>
    public static string? TargetOf(this Pod pod, string container) =>
        pod.Spec.EphemeralContainers.FirstOrDefault(e => e.Name == container)?.TargetContainerName is { Length: > 0 } target ? target : null;

    public static Container AsContainer(this EphemeralContainer e) => new()
    {
        Name = e.Name,
        Image = e.Image,
        ImagePullPolicy = e.ImagePullPolicy,
        Command = e.Command,
        Args = e.Args,
        Env = e.Env,
        EnvFrom = e.EnvFrom,
        WorkingDir = e.WorkingDir,
        Ports = e.Ports,
        Resources = e.Resources,
        SecurityContext = e.SecurityContext,
        Stdin = e.Stdin,
        StdinOnce = e.StdinOnce,
        Tty = e.Tty,
        TerminationMessagePath = e.TerminationMessagePath,
        TerminationMessagePolicy = e.TerminationMessagePolicy,
        VolumeMounts = e.VolumeMounts,
        VolumeDevices = e.VolumeDevices,
    };
}
