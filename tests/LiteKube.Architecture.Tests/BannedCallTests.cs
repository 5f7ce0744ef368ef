using System.Text.RegularExpressions;

namespace LiteKube.Architecture.Tests;

/// <summary>Calls that break a decision in docs/ARCHITECTURE.md, wherever in src/ they stand.</summary>
public sealed class BannedCallTests
{
    [Theory]
    [InlineData(@"\bDateTime(Offset)?\.(UtcNow|Now)\b", "time comes from the injected TimeProvider")]
    [InlineData(@"\bThread\.Sleep\(", "nothing waits by sleeping")]
    [InlineData(@"\bActivator\.CreateInstance|\.GetMethod\(""|\.GetProperty\(""[^""]+""\)\s*!?\.(Get|Set)Value", "no reflection at run time: the executable is trimmed")]
    [InlineData(@"\bNotImplementedException\b", "a stub is not a feature")]
    [InlineData(@"\bTODO\b|\bFIXME\b|\bHACK\b", "unfinished work is an issue, not a comment")]
    [InlineData(@"catch\s*(\(Exception\s*\w*\))?\s*\{\s*\}", "a catch that hides a fault")]
    [InlineData(@"throw new Exception\(", "exceptions have a type")]
    [InlineData(@"\.(Result|GetAwaiter\(\)\.GetResult\(\))\s*;\s*//\s*sync", "no blocking on asynchronous work")]
    public void Source_does_without(string pattern, string because)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        var offenders = Repository.Sources("src")
            .Where(f => !f.Contains("/Schema/Import/", StringComparison.Ordinal))
            .SelectMany(f => File.ReadLines(f).Select((line, i) => (File: f, Line: i + 1, Text: line)))
            .Where(x => !x.Text.TrimStart().StartsWith("//", StringComparison.Ordinal) && regex.IsMatch(x.Text))
            .Select(x => $"{Repository.Relative(x.File)}:{x.Line}: {x.Text.Trim()}");
        Assert.True(!offenders.Any(), because + "\n" + string.Join('\n', offenders));
    }

    [Fact]
    public void No_folder_is_a_catch_all()
    {
        var banned = new[] { "Common", "Utils", "Util", "Helpers", "Helper", "Misc", "Shared" };
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
            .Where(d => banned.Contains(Path.GetFileName(d)) && !d.Contains("/obj/", StringComparison.Ordinal)).Select(Repository.Relative));
    }
}
