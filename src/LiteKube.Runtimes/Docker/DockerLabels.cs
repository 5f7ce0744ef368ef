using System.Globalization;
using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes.Docker;

/// <summary>What LiteKube writes on its containers, so that it finds them and what they are after a restart. The engine keeps nothing else for it.</summary>
internal static class DockerLabels
{
    /// <summary>On everything of LiteKube's; the value says which of the two it is.</summary>
    public const string Type = "io.litekube";
    public const string SandboxType = "sandbox";
    public const string ContainerType = "container";

    public const string Sandbox = "io.litekube.sandbox";
    private const string PodUid = "io.litekube.pod.uid";
    private const string PodNamespace = "io.litekube.pod.namespace";
    private const string PodName = "io.litekube.pod.name";
    private const string Attempt = "io.litekube.attempt";
    private const string Container = "io.litekube.container";
    private const string Image = "io.litekube.image";
    private const string SharedProcesses = "io.litekube.share-processes";
    private const string AnnotationPrefix = "io.litekube.annotation.";

    public static Dictionary<string, string> For(SandboxConfig config)
    {
        var labels = Common(config.Pod, config.Attempt, SandboxType, config.Annotations);
        if (config.ShareProcessNamespace)
            labels[SharedProcesses] = "true";
        return labels;
    }

    public static Dictionary<string, string> For(string sandboxId, ContainerConfig config)
    {
        var labels = Common(config.Pod, config.Attempt, ContainerType, config.Annotations);
        labels[Sandbox] = sandboxId;
        labels[Container] = config.Name;
        labels[Image] = config.Image;
        return labels;
    }

    public static bool IsSandbox(IReadOnlyDictionary<string, string> labels) => labels.GetValueOrDefault(Type) == SandboxType;

    public static bool IsContainer(IReadOnlyDictionary<string, string> labels) => labels.GetValueOrDefault(Type) == ContainerType;

    public static PodIdentity PodOf(IReadOnlyDictionary<string, string> labels) => new(Text(labels, PodUid), Text(labels, PodNamespace), Text(labels, PodName));

    public static int AttemptOf(IReadOnlyDictionary<string, string> labels) =>
        int.TryParse(labels.GetValueOrDefault(Attempt), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : 0;

    public static string SandboxOf(IReadOnlyDictionary<string, string> labels) => Text(labels, Sandbox);

    public static string ContainerOf(IReadOnlyDictionary<string, string> labels) => Text(labels, Container);

    public static string ImageOf(IReadOnlyDictionary<string, string> labels) => Text(labels, Image);

    public static bool SharesProcesses(IReadOnlyDictionary<string, string> labels) => labels.ContainsKey(SharedProcesses);

    public static Dictionary<string, string> AnnotationsOf(IReadOnlyDictionary<string, string> labels) =>
        labels.Where(l => l.Key.StartsWith(AnnotationPrefix, StringComparison.Ordinal)).ToDictionary(l => l.Key[AnnotationPrefix.Length..], l => l.Value);

    private static Dictionary<string, string> Common(PodIdentity pod, int attempt, string type, IReadOnlyDictionary<string, string> annotations)
    {
        var labels = new Dictionary<string, string>
        {
            [Type] = type,
            [PodUid] = pod.Uid,
            [PodNamespace] = pod.Namespace,
            [PodName] = pod.Name,
            [Attempt] = attempt.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (key, value) in annotations)
            labels[AnnotationPrefix + key] = value;
        return labels;
    }

    private static string Text(IReadOnlyDictionary<string, string> labels, string key) => labels.GetValueOrDefault(key, "");
}
