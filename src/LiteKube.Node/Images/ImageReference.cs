using System.Text.RegularExpressions;

namespace LiteKube.Node.Images;

/// <summary>An image's name as users write it: <c>[registry/]repository[:tag][@digest]</c> (the distribution project's reference grammar).</summary>
internal sealed partial record ImageReference(string Registry, string Repository, string? Tag, string? Digest)
{
    private const string DockerHub = "docker.io";

    [GeneratedRegex(@"^(?<name>(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar { get; }

    /// <summary>Null where the text is no image name.</summary>
    public static ImageReference? TryParse(string text)
    {
        var match = Grammar.Match(text);
        if (!match.Success)
            return null;
        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/');
        var first = slash < 0 ? "" : name[..slash];
        var hasRegistry = first.Contains('.') || first.Contains(':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var registry = hasRegistry ? first : DockerHub;
        var repository = hasRegistry ? name[(slash + 1)..] : name;
        if (registry is "index.docker.io")
            registry = DockerHub;
        if (registry == DockerHub && !repository.Contains('/'))
            repository = "library/" + repository;
        var tag = match.Groups["tag"];
        var digest = match.Groups["digest"];
        return new ImageReference(registry, repository, tag.Success ? tag.Value : null, digest.Success ? digest.Value : null);
    }

    /// <summary>The name with <c>:latest</c> where it has neither tag nor digest.</summary>
    public static string WithDefaultTag(string text) => TryParse(text) is { Tag: null, Digest: null } ? text + ":latest" : text;
}
