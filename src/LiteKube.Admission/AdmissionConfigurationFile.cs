using System.Text.Json.Nodes;
using LiteKube.Admission.Plugins.PodSecurity;
using LiteKube.Api;
using LiteKube.Api.Codecs;

namespace LiteKube.Admission;

/// <summary>
/// Reads an AdmissionConfiguration of apiserver.config.k8s.io/v1. PodSecurity is the plugin that takes a configuration; any other, and any word that is not known,
/// is an error, since what it was meant to restrict would not be restricted. (https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/)
/// </summary>
public static class AdmissionConfigurationFile
{
    private static readonly string[] s_modes = ["enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version"];

    /// <exception cref="InvalidDataException">Names the file and what is wrong in it.</exception>
    public static PodSecurityConfiguration Read(string path)
    {
        try
        {
            return Parse(Yaml.ToTree(File.ReadAllBytes(path)), Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is FormatException or ApiException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The admission configuration {path} cannot be used: {e.Message}", e);
        }
    }

    /// <param name="directory">Where the paths of plugins' own files begin.</param>
    /// <exception cref="FormatException">Says where and what.</exception>
    internal static PodSecurityConfiguration Parse(JsonObject tree, string directory)
    {
        if (tree.String("apiVersion") != "apiserver.config.k8s.io/v1" || tree.String("kind") != "AdmissionConfiguration")
            throw new FormatException("it must have apiVersion: apiserver.config.k8s.io/v1 and kind: AdmissionConfiguration");
        Known(tree, "", "apiVersion", "kind", "plugins");
        var configuration = new PodSecurityConfiguration();
        foreach (var plugin in (tree.Array("plugins") ?? []).Select(p => p as JsonObject ?? throw new FormatException("plugins: must be mappings")))
        {
            Known(plugin, "plugins.", "name", "path", "configuration");
            if (plugin.String("name") != "PodSecurity")
                throw new FormatException($"plugins: {plugin.String("name")} takes no configuration");
            configuration = PodSecurity(plugin.Object("configuration")
                ?? Yaml.ToTree(File.ReadAllBytes(Path.Combine(directory, plugin.String("path") ?? throw new FormatException("plugins: one of path and configuration is needed")))));
        }

        return configuration;
    }

    private static PodSecurityConfiguration PodSecurity(JsonObject tree)
    {
        if (tree.String("apiVersion") != "pod-security.admission.config.k8s.io/v1" || tree.String("kind") != "PodSecurityConfiguration")
            throw new FormatException("PodSecurity: it must have apiVersion: pod-security.admission.config.k8s.io/v1 and kind: PodSecurityConfiguration");
        Known(tree, "PodSecurity.", "apiVersion", "kind", "defaults", "exemptions");
        var defaults = tree.Object("defaults") ?? [];
        Known(defaults, "PodSecurity.defaults.", s_modes);
        foreach (var (mode, value) in defaults)
        {
            var text = value.AsString() ?? "";
            if (mode.EndsWith("-version", StringComparison.Ordinal) ? !LevelVersion.TryParseVersion(text, out _) : !LevelVersion.TryParseLevel(text, out _))
                throw new FormatException($"PodSecurity.defaults.{mode}: Invalid value: \"{text}\"");
        }

        var exemptions = tree.Object("exemptions") ?? [];
        Known(exemptions, "PodSecurity.exemptions.", "usernames", "runtimeClasses", "namespaces");
        return new PodSecurityConfiguration
        {
            Defaults = defaults.ToDictionary(d => d.Key, d => d.Value.AsString() ?? "", StringComparer.Ordinal),
            ExemptUsernames = Texts(exemptions, "usernames"),
            ExemptRuntimeClasses = Texts(exemptions, "runtimeClasses"),
            ExemptNamespaces = Texts(exemptions, "namespaces"),
        };
    }

    private static string[] Texts(JsonObject tree, string field) => [.. (tree.Array(field) ?? []).Select(v => v.AsString() ?? throw new FormatException($"PodSecurity.exemptions.{field}: must be strings"))];

    private static void Known(JsonObject tree, string at, params string[] fields)
    {
        foreach (var (name, _) in tree)
            if (!fields.Contains(name))
                throw new FormatException($"{at}{name}: unknown field");
    }
}
