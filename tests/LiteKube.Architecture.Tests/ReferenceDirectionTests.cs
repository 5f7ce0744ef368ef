using System.Xml.Linq;

namespace LiteKube.Architecture.Tests;

/// <summary>Which room may know which: docs/ARCHITECTURE.md in executable form.</summary>
public sealed class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["LiteKube.Api"] = [],
        ["LiteKube.Api.Generator"] = [],
        ["LiteKube.Store"] = [],
        ["LiteKube.Store.Sqlite"] = ["LiteKube.Store"],
        ["LiteKube.Security"] = ["LiteKube.Api"],
        ["LiteKube.Cel"] = [],
        ["LiteKube.Admission"] = ["LiteKube.Api", "LiteKube.Cel"],
        ["LiteKube.Client"] = ["LiteKube.Api"],
        ["LiteKube.ApiServer"] = ["LiteKube.Api", "LiteKube.Store", "LiteKube.Security", "LiteKube.Cel", "LiteKube.Admission"],
        ["LiteKube.Controllers"] = ["LiteKube.Api", "LiteKube.Client"],
        ["LiteKube.Scheduler"] = ["LiteKube.Api", "LiteKube.Client"],
        ["LiteKube.Node"] = ["LiteKube.Api", "LiteKube.Client"],
        ["LiteKube.Runtimes"] = ["LiteKube.Node"],
        ["LiteKube.Network"] = ["LiteKube.Api", "LiteKube.Client"],
        ["LiteKube.Dns"] = ["LiteKube.Api", "LiteKube.Client"],
    };

    public static TheoryData<string> Rooms => new(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetFileNameWithoutExtension(f)));

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_only_the_rooms_it_may_know(string room)
    {
        if (room == "LiteKube")
            return;
        Assert.True(s_allowed.TryGetValue(room, out var allowed), $"{room} is a new room: give it its place here and in docs/ARCHITECTURE.md");
        var project = XDocument.Load(Path.Combine(Repository.Root, "src", room, room + ".csproj"));
        var references = project.Descendants("ProjectReference")
            .Where(r => r.Attribute("OutputItemType")?.Value != "Analyzer")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void The_table_names_no_room_that_is_gone() =>
        Assert.DoesNotContain(s_allowed.Keys, room => !File.Exists(Path.Combine(Repository.Root, "src", room, room + ".csproj")));

    [Fact]
    public void Only_the_sqlite_store_speaks_SQL() =>
        Assert.Equal(["LiteKube.Store.Sqlite"], Projects().Where(p => p.Text.Contains("Microsoft.Data.Sqlite", StringComparison.Ordinal) || p.Text.Contains("SQLitePCLRaw", StringComparison.Ordinal)).Select(p => p.Name));

    private static IEnumerable<(string Name, string Text)> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(f => (Path.GetFileNameWithoutExtension(f), File.ReadAllText(f)));
}
