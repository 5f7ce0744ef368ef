using System.Text;
using LiteKube.Node.Runtime;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LiteKube.Runtimes.Native.Images.Registries;

/// <summary>
/// <c>registries.yaml</c> in the shape that k3s has: <c>mirrors</c> with an <c>endpoint</c> list per registry, <c>configs</c> with <c>auth</c>
/// (username and password, or auth, or identity_token) and <c>tls</c> (ca_file, cert_file, key_file, insecure_skip_verify) per host. Read anew at
/// every pull.
/// </summary>
internal static class RegistrySettingsFile
{
    /// <exception cref="RuntimeException">ImagePull: the file says what cannot be meant.</exception>
    public static RegistrySettings Read(string path)
    {
        if (!File.Exists(path))
            return RegistrySettings.None;
        try
        {
            var yaml = new YamlStream();
            using (var text = File.OpenText(path))
                yaml.Load(text);
            if (yaml.Documents.Count == 0)
                return RegistrySettings.None;
            var root = Mapping(yaml.Documents[0].RootNode, "the file");
            Known(root, "the file", "mirrors", "configs");
            return new RegistrySettings(
                Children(root, "mirrors").ToDictionary(m => m.Key, m => Mirror(m.Key, m.Value), StringComparer.Ordinal),
                Children(root, "configs").ToDictionary(c => c.Key, c => Host(c.Key, c.Value), StringComparer.Ordinal));
        }
        catch (Exception e) when (e is YamlException or FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RuntimeException(RuntimeError.ImagePull, $"{path} cannot be used: {e.Message}", e);
        }
    }

    private static IReadOnlyList<Uri> Mirror(string registry, YamlNode node)
    {
        var where = $"mirrors.{registry}";
        var mapping = Mapping(node, where);
        Known(mapping, where, "endpoint");
        if (!mapping.Children.TryGetValue("endpoint", out var list))
            return [];
        return list is YamlSequenceNode sequence
            ? [.. sequence.Select(e => Uri.TryCreate(Text(e, where + ".endpoint"), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
                : throw new FormatException($"{where}.endpoint: {Text(e, where)} is not a URL such as https://mirror.example.org:5000"))]
            : throw new FormatException($"{where}.endpoint is not a list");
    }

    private static HostSettings Host(string host, YamlNode node)
    {
        var where = $"configs.{host}";
        var mapping = Mapping(node, where);
        Known(mapping, where, "auth", "tls");
        var auth = Children(mapping, "auth").ToDictionary(a => a.Key, a => Text(a.Value, $"{where}.auth.{a.Key}"), StringComparer.Ordinal);
        var tls = Children(mapping, "tls").ToDictionary(a => a.Key, a => Text(a.Value, $"{where}.tls.{a.Key}"), StringComparer.Ordinal);
        KnownKeys(auth.Keys, where + ".auth", "username", "password", "auth", "identity_token");
        KnownKeys(tls.Keys, where + ".tls", "ca_file", "cert_file", "key_file", "insecure_skip_verify");
        return new HostSettings
        {
            Credentials = Credentials(auth, where),
            CaFile = tls.GetValueOrDefault("ca_file"),
            CertFile = tls.GetValueOrDefault("cert_file"),
            KeyFile = tls.GetValueOrDefault("key_file"),
            InsecureSkipVerify = tls.GetValueOrDefault("insecure_skip_verify") == "true",
        };
    }

    private static RegistryCredentials? Credentials(Dictionary<string, string> auth, string where)
    {
        if (auth.Count == 0)
            return null;
        var (user, password) = (auth.GetValueOrDefault("username", ""), auth.GetValueOrDefault("password", ""));
        if (auth.TryGetValue("auth", out var both))
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(both));
            var colon = text.IndexOf(':');
            if (colon < 0)
                throw new FormatException($"{where}.auth.auth is not user:password in base64");
            (user, password) = (text[..colon], text[(colon + 1)..]);
        }

        return new RegistryCredentials(user, password, auth.GetValueOrDefault("identity_token"));
    }

    private static IEnumerable<KeyValuePair<string, YamlNode>> Children(YamlMappingNode parent, string name)
    {
        if (!parent.Children.TryGetValue(name, out var node) || node is YamlScalarNode { Value: null or "" })
            return [];
        return Mapping(node, name).Children.Select(c => KeyValuePair.Create(Text(c.Key, name), c.Value));
    }

    private static void Known(YamlMappingNode mapping, string where, params string[] known) => KnownKeys(mapping.Children.Keys.Select(k => Text(k, where)), where, known);

    private static void KnownKeys(IEnumerable<string> keys, string where, params string[] known)
    {
        if (keys.FirstOrDefault(k => !known.Contains(k)) is { } unknown)
            throw new FormatException($"{where} has \"{unknown}\"; known there: {string.Join(", ", known)}");
    }

    private static YamlMappingNode Mapping(YamlNode node, string where) => node as YamlMappingNode ?? throw new FormatException($"{where} is not a mapping");

    private static string Text(YamlNode node, string where) => (node as YamlScalarNode)?.Value ?? throw new FormatException($"{where} is not a plain value");
}
