using System.Text;
using System.Text.Json;
using LiteKube.Api.Core.V1;
using LiteKube.Node.Runtime;

namespace LiteKube.Node.Images;

/// <summary>Credentials from pull secrets, by registry and path (kubernetes.io/docs/concepts/containers/images/#config-json).</summary>
internal sealed class RegistryKeyring
{
    private readonly List<(string Pattern, RegistryCredentials Credentials)> _entries = [];

    /// <summary>Takes in what a secret holds; says false where it is not a readable pull secret.</summary>
    public bool Add(Secret secret)
    {
        var wrapped = secret.Data.TryGetValue(".dockerconfigjson", out var content);
        if (!wrapped && !secret.Data.TryGetValue(".dockercfg", out content))
            return false;
        try
        {
            using var json = JsonDocument.Parse(content);
            var auths = json.RootElement;
            if (wrapped && !auths.TryGetProperty("auths", out auths))
                return true;
            foreach (var entry in auths.EnumerateObject())
                if (Read(entry.Value) is { } credentials)
                    _entries.Add((Normalize(entry.Name), credentials));
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What matches the image, most specific first. Empty: pull without credentials.</summary>
    public IReadOnlyList<RegistryCredentials> For(ImageReference image)
    {
        var target = $"{image.Registry}/{image.Repository}";
        return [.. _entries.Where(e => Matches(e.Pattern, target)).OrderByDescending(e => e.Pattern.Length).Select(e => e.Credentials).Distinct()];
    }

    private static RegistryCredentials? Read(JsonElement entry)
    {
        var username = Text(entry, "username");
        var password = Text(entry, "password");
        if (Text(entry, "auth") is { Length: > 0 } auth)
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth.Trim())).Split(':', 2);
            if (pair.Length == 2)
                (username, password) = (pair[0], pair[1].TrimEnd('\0'));
        }

        var token = Text(entry, "identitytoken");
        return string.IsNullOrEmpty(username) && string.IsNullOrEmpty(token) ? null : new RegistryCredentials(username ?? "", password ?? "", token);
    }

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Host and path without scheme, version suffix and final slash; Docker Hub by its one name.</summary>
    private static string Normalize(string key)
    {
        var scheme = key.IndexOf("://", StringComparison.Ordinal);
        var text = (scheme < 0 ? key : key[(scheme + 3)..]).TrimEnd('/');
        foreach (var version in (ReadOnlySpan<string>)["/v1", "/v2"])
            if (text.EndsWith(version, StringComparison.Ordinal))
                text = text[..^version.Length];
        var slash = text.IndexOf('/');
        var host = slash < 0 ? text : text[..slash];
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" + text[host.Length..] : text;
    }

    /// <summary>Host labels match one by one, <c>*</c> within a label; the path is a prefix by whole segments.</summary>
    private static bool Matches(string pattern, string target)
    {
        var (patternHost, patternPath) = Split(pattern);
        var (host, path) = Split(target);
        if (patternPath.Length > 0 && path != patternPath && !path.StartsWith(patternPath + "/", StringComparison.Ordinal))
            return false;
        var (patternName, patternPort) = SplitPort(patternHost);
        var (name, port) = SplitPort(host);
        if (patternPort != port)
            return false;
        var patternLabels = patternName.Split('.');
        var labels = name.Split('.');
        return patternLabels.Length == labels.Length && patternLabels.Zip(labels).All(p => LabelMatches(p.First, p.Second));
    }

    private static bool LabelMatches(string pattern, string label)
    {
        var star = pattern.IndexOf('*');
        return star < 0 ? pattern == label
            : label.Length >= pattern.Length - 1 && label.StartsWith(pattern[..star], StringComparison.Ordinal) && label.EndsWith(pattern[(star + 1)..], StringComparison.Ordinal);
    }

    private static (string Host, string Path) Split(string text)
    {
        var slash = text.IndexOf('/');
        return slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..]);
    }

    private static (string Name, string Port) SplitPort(string host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host.EndsWith(']') ? (host, "") : (host[..colon], host[(colon + 1)..]);
    }
}
