namespace LiteKube.Admission;

public sealed record AdmissionOptions
{
    /// <summary>Plugins that do not run unless they are asked for: as in Kubernetes, they restrict what clients take for granted.</summary>
    private static readonly HashSet<string> s_offByDefault = new(StringComparer.Ordinal) { "OwnerReferencesPermissionEnforcement", "ExtendedResourceToleration" };

    /// <summary>Plugins to leave out, by name.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>Plugins to run although they are off by default, by name. <see cref="Disabled"/> wins.</summary>
    public IReadOnlyList<string> Enabled { get; init; } = [];

    public PodSecurityConfiguration PodSecurity { get; init; } = new();

    /// <summary>How long a pod stays on a node that is not ready or unreachable, unless its own tolerations say otherwise.</summary>
    public long NotReadyTolerationSeconds { get; init; } = 300;

    public long UnreachableTolerationSeconds { get; init; } = 300;

    /// <summary>What <see cref="Enabled"/> and <see cref="Disabled"/> may name.</summary>
    public static IReadOnlyList<string> KnownPlugins { get; } =
    [
        "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition", "PodSecurity", "Priority", "DefaultTolerationSeconds",
        "ExtendedResourceToleration", "DefaultStorageClass", "StorageObjectInUseProtection", "OwnerReferencesPermissionEnforcement", "PersistentVolumeClaimResize", "RuntimeClass",
        "CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction", "DefaultIngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionWebhook",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook", "ResourceQuota",
    ];

    internal bool Enables(IAdmissionPlugin plugin) =>
        !Disabled.Contains(plugin.Name) && (!s_offByDefault.Contains(plugin.Name) || Enabled.Contains(plugin.Name));
}
