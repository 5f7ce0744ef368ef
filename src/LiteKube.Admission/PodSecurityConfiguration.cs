namespace LiteKube.Admission;

/// <summary>What PodSecurity asks where a namespace's labels ask nothing, and whom it leaves alone.</summary>
public sealed record PodSecurityConfiguration
{
    /// <summary>By the words of the labels: <c>enforce</c>, <c>enforce-version</c>, <c>audit</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> Defaults { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> ExemptUsernames { get; init; } = [];

    public IReadOnlyList<string> ExemptRuntimeClasses { get; init; } = [];

    public IReadOnlyList<string> ExemptNamespaces { get; init; } = [];
}
