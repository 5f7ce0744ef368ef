namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>The levels of the Pod Security Standards, each stricter than the one before. (https://kubernetes.io/docs/concepts/security/pod-security-standards/)</summary>
internal enum PodSecurityLevel
{
    Privileged,
    Baseline,
    Restricted,
}
