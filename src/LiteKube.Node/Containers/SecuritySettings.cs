using System.Globalization;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Env;
using LiteKube.Node.Pods;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Containers;

/// <summary>The container's security context over the pod's (kubernetes.io/docs/tasks/configure-pod-container/security-context).</summary>
internal static class SecuritySettings
{
    /// <param name="profiles">Where Localhost seccomp profiles are.</param>
    /// <param name="seccompByDefault">Whether a container that names no profile gets the engine's, as the kubelet's seccompDefault.</param>
    public static ContainerSecurity Of(Pod pod, Container container, string profiles, bool seccompByDefault)
    {
        var own = container.SecurityContext;
        var ofPod = pod.Spec.SecurityContext;
        var privileged = own?.Privileged == true;
        var groups = new List<long>(ofPod?.SupplementalGroups ?? []);
        if (ofPod?.FsGroup is { } fsGroup && !groups.Contains(fsGroup))
            groups.Add(fsGroup);
        return new ContainerSecurity
        {
            RunAsUser = own?.RunAsUser ?? ofPod?.RunAsUser,
            RunAsGroup = own?.RunAsGroup ?? ofPod?.RunAsGroup,
            SupplementalGroups = groups,
            Privileged = privileged,
            ReadOnlyRootFilesystem = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivileges = own?.AllowPrivilegeEscalation == false,
            AddCapabilities = own?.Capabilities?.Add ?? [],
            DropCapabilities = own?.Capabilities?.Drop ?? [],
            SeccompProfile = privileged ? "Unconfined" : Seccomp(own?.SeccompProfile ?? ofPod?.SeccompProfile, profiles, seccompByDefault),
            AppArmorProfile = AppArmor(own?.AppArmorProfile ?? ofPod?.AppArmorProfile),
            UnmaskedProc = own?.ProcMount == "Unmasked",
        };
    }

    /// <summary>Refuses a container that must not run as root and would, or might.</summary>
    /// <param name="imageUser">The image's own user: a number, a name, either with a group after a colon, or empty for root.</param>
    public static void CheckNonRoot(Pod pod, Container container, string imageUser)
    {
        var nonRoot = container.SecurityContext?.RunAsNonRoot ?? pod.Spec.SecurityContext?.RunAsNonRoot;
        if (nonRoot != true)
            return;
        var where = $"(pod: \"{pod.FullNameOf()}\", container: {container.Name})";
        if ((container.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser) is { } user)
        {
            if (user == 0)
                throw new ContainerConfigException($"container's runAsUser breaks non-root policy {where}");
            return;
        }

        var name = imageUser.Split(':', 2)[0];
        if (name.Length == 0 || (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) && uid == 0))
            throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {where}");
        if (!name.All(char.IsAsciiDigit))
            throw new ContainerConfigException($"container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root {where}");
    }

    private static string? Seccomp(SeccompProfile? profile, string profiles, bool byDefault) => profile?.Type switch
    {
        "RuntimeDefault" => "RuntimeDefault",
        "Unconfined" => "Unconfined",
        "Localhost" => Path.Combine(profiles, profile.LocalhostProfile ?? ""),
        _ => byDefault ? "RuntimeDefault" : "Unconfined",
    };

    private static string? AppArmor(AppArmorProfile? profile) => profile?.Type switch
    {
        "Unconfined" => "unconfined",
        "Localhost" => profile.LocalhostProfile,
        _ => null,
    };
}
