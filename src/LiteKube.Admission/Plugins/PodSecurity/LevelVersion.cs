using System.Globalization;

namespace LiteKube.Admission.Plugins.PodSecurity;

/// <summary>A level as of a version of Kubernetes: <c>restricted:latest</c>, <c>baseline:v1.30</c>.</summary>
/// <param name="Minor">The minor version; <see cref="Latest"/> for the newest.</param>
internal readonly record struct LevelVersion(PodSecurityLevel Level, int Minor)
{
    public const int Latest = int.MaxValue;

    public static LevelVersion Privileged { get; } = new(PodSecurityLevel.Privileged, Latest);

    public static bool TryParseLevel(string text, out PodSecurityLevel level)
    {
        (level, var known) = text switch
        {
            "privileged" => (PodSecurityLevel.Privileged, true),
            "baseline" => (PodSecurityLevel.Baseline, true),
            "restricted" => (PodSecurityLevel.Restricted, true),
            _ => (PodSecurityLevel.Restricted, false),
        };
        return known;
    }

    public static bool TryParseVersion(string text, out int minor)
    {
        minor = Latest;
        return text == "latest"
            || (text.StartsWith("v1.", StringComparison.Ordinal) && text is ['v', '1', '.', '0'] or ['v', '1', '.', not '0', ..]
                && int.TryParse(text.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out minor));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Level.ToString().ToLowerInvariant()}:{(Minor == Latest ? "latest" : $"v1.{Minor}")}");
}
