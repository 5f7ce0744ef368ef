using LiteKube.Node.Runtime;

namespace LiteKube.Runtimes;

/// <summary>
/// An image reference in full, by Docker's rules: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>. A first part with a dot, a colon or the
/// name localhost is a registry.
/// </summary>
internal sealed record ImageReference(string Registry, string Path, string? Tag, string? Digest)
{
    private const string DefaultRegistry = "docker.io";
    private const int MaxName = 255;
    private const int MaxTag = 128;

    public string Name => $"{Registry}/{Path}";

    /// <summary>What to pull: a digest says more than a tag.</summary>
    public string TagOrDigest => Digest ?? Tag ?? "latest";

    public override string ToString() => Digest is not null ? $"{Name}@{Digest}" : $"{Name}:{TagOrDigest}";

    /// <exception cref="RuntimeException">InvalidImageName.</exception>
    public static ImageReference Parse(string reference) =>
        TryParse(reference) ?? throw new RuntimeException(RuntimeError.InvalidImageName, $"couldn't parse image name \"{reference}\": invalid reference format");

    public static ImageReference? TryParse(string reference)
    {
        var rest = reference;
        string? digest = null;
        if (rest.IndexOf('@') is >= 0 and var at)
        {
            (rest, digest) = (rest[..at], rest[(at + 1)..]);
            if (!IsDigest(digest))
                return null;
        }

        string? tag = null;
        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/'))
        {
            (rest, tag) = (rest[..colon], rest[(colon + 1)..]);
            if (!IsTag(tag))
                return null;
        }

        var slash = rest.IndexOf('/');
        var hasRegistry = slash > 0 && IsRegistry(rest[..slash]);
        var registry = hasRegistry ? rest[..slash] : DefaultRegistry;
        var path = hasRegistry ? rest[(slash + 1)..] : rest;
        if (registry == "index.docker.io")
            registry = DefaultRegistry;
        if (registry == DefaultRegistry && !path.Contains('/'))
            path = "library/" + path;
        return path.Length + registry.Length < MaxName && path.Split('/').All(IsComponent) && registry.All(IsRegistryCharacter) ? new ImageReference(registry, path, tag, digest) : null;
    }

    private static bool IsRegistry(string part) => part.Contains('.') || part.Contains(':') || part == "localhost";

    private static bool IsRegistryCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']';

    private static bool IsTag(string tag) => tag.Length is > 0 and <= MaxTag && tag[0] is not ('.' or '-') && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static bool IsDigest(string digest) => digest.StartsWith("sha256:", StringComparison.Ordinal)
        ? digest.Length == "sha256:".Length + 64 && digest.AsSpan("sha256:".Length).IndexOfAnyExcept("0123456789abcdef") < 0
        : digest.StartsWith("sha512:", StringComparison.Ordinal) && digest.Length == "sha512:".Length + 128;

    /// <summary>Lower-case letters and digits, joined by a dot, up to two underscores, or dashes.</summary>
    private static bool IsComponent(string part)
    {
        if (part.Length == 0 || !IsPlain(part[0]) || !IsPlain(part[^1]))
            return false;
        for (var i = 0; i < part.Length; i++)
        {
            var separator = part[i];
            if (IsPlain(separator))
                continue;
            if (separator is not ('.' or '_' or '-'))
                return false;
            var run = 1;
            while (!IsPlain(part[i + run]))
            {
                if (part[i + run] != separator)
                    return false;
                run++;
            }

            if ((separator == '.' && run > 1) || (separator == '_' && run > 2))
                return false;
            i += run - 1;
        }

        return true;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
