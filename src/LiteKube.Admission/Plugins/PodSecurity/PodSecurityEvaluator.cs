namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>Runs a level's checks on a pod: the baseline's first, each group in the order of their names.</summary>
internal static class PodSecurityEvaluator
{
    private static readonly PodCheck[] s_baseline = [.. BaselineChecks.All.OrderBy(c => c.Id, StringComparer.Ordinal)];
    private static readonly PodCheck[] s_restricted = [.. RestrictedChecks.All.OrderBy(c => c.Id, StringComparer.Ordinal)];

    public static IReadOnlyList<PodViolation> Evaluate(LevelVersion policy, PodView pod)
    {
        if (policy.Level == PodSecurityLevel.Privileged)
            return [];
        var violations = new List<PodViolation>();
        var restricted = policy.Level == PodSecurityLevel.Restricted ? s_restricted.Where(c => c.At(policy.Minor) is not null).ToArray() : [];
        foreach (var check in s_baseline.Where(b => !restricted.Any(r => r.Replaces == b.Id)).Concat(restricted))
        {
            if (check.At(policy.Minor)?.Invoke(pod) is { } violation)
                violations.Add(violation);
        }

        return violations;
    }

    public static string Describe(IReadOnlyList<PodViolation> violations) => string.Join(", ", violations);
}
