using LiteKube.Api.Validation;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>What a namespace's labels ask for, in the three modes.</summary>
internal sealed record NamespacePolicy(LevelVersion Enforce, LevelVersion Audit, LevelVersion Warn)
{
    private const string Prefix = "pod-security.kubernetes.io/";

    public bool IsPrivileged => Enforce.Level == PodSecurityLevel.Privileged && Audit.Level == PodSecurityLevel.Privileged && Warn.Level == PodSecurityLevel.Privileged;

    /// <summary>A level that is none counts as the strictest, a version that is none as the latest; <paramref name="errors"/> says which.</summary>
    /// <param name="defaults">What counts where there is no label, by the labels' words without their prefix.</param>
    public static NamespacePolicy Of(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> defaults, out IReadOnlyList<FieldError> errors)
    {
        List<FieldError>? found = null;
        var enforce = Mode("enforce");
        var audit = Mode("audit");
        var warn = Mode("warn");
        errors = found ?? [];

        // Who is warned of nothing in particular is warned of what will be enforced on the pods of a workload.
        if (!labels.ContainsKey(Prefix + "warn") && enforce.Level > warn.Level)
            warn = enforce;
        return new NamespacePolicy(enforce, audit, warn);

        string? Value(string word) => labels.GetValueOrDefault(Prefix + word) ?? defaults.GetValueOrDefault(word);

        LevelVersion Mode(string mode)
        {
            var level = PodSecurityLevel.Privileged;
            if (Value(mode) is { } text && !LevelVersion.TryParseLevel(text, out level))
                (found ??= []).Add(FieldError.Invalid(FieldPath.Root.Child("metadata", "labels").Key(Prefix + mode), text, "must be one of privileged, baseline, restricted"));
            var minor = LevelVersion.Latest;
            var key = $"{Prefix}{mode}-version";
            if (Value(mode + "-version") is { } version && !LevelVersion.TryParseVersion(version, out minor))
            {
                (found ??= []).Add(FieldError.Invalid(FieldPath.Root.Child("metadata", "labels").Key(key), version, "must be \"latest\" or \"v1.x\""));
                minor = LevelVersion.Latest;
            }

            return new LevelVersion(level, minor);
        }
    }
}
