using System.Text.RegularExpressions;

namespace LiteKube.Architecture.Tests;

public sealed partial class DocumentationTests
{
    public static TheoryData<string> Documents => new(Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/artifacts/", StringComparison.Ordinal))
        .Select(Repository.Relative));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Paths_named_in_a_document_exist(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var missing = RepositoryPath().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)))
            .Select(m => m.Groups[1].Value.TrimEnd('/', '.'))
            .Where(p => !Exists(Path.Combine(Repository.Root, p)) && !Exists(Path.Combine(folder, p)));
        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_inside_the_repository_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var missing = Link().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)))
            .Select(m => m.Groups[1].Value)
            .Where(l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith('#') && !l.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(l => !Exists(Path.Combine(folder, l.Split('#')[0])));
        Assert.Empty(missing);
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    // A path in backticks that starts in one of the top folders.
    [GeneratedRegex(@"`((?:src|tests|packaging|docs|\.ci)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
