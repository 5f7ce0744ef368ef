namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>What a check found.</summary>
/// <param name="Reason">In few words, the same for every pod.</param>
/// <param name="Detail">Which containers, which values.</param>
internal readonly record struct PodViolation(string Reason, string Detail)
{
    public override string ToString() => Detail.Length == 0 ? Reason : $"{Reason} ({Detail})";
}

/// <summary>One control of the Pod Security Standards.</summary>
/// <param name="Id">Its name, by which checks are ordered and others take their place.</param>
/// <param name="Versions">How it judges, by the first minor version that it judges so in; ascending.</param>
/// <param name="Replaces">The baseline control that this restricted one makes superfluous.</param>
internal sealed record PodCheck(string Id, PodSecurityLevel Level, IReadOnlyList<(int Since, Func<PodView, PodViolation?> Check)> Versions, string? Replaces = null)
{
    public Func<PodView, PodViolation?>? At(int minor) => Versions.LastOrDefault(v => v.Since <= minor).Check;
}
