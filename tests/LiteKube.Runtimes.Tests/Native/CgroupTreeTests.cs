using LiteKube.Runtimes.Native.Engine;

namespace LiteKube.Runtimes.Tests.Native;

/// <summary>Either version's files, as the kernel writes them: this machine has one of the two.</summary>
public sealed class CgroupTreeTests : IDisposable
{
    private const string Cgroup = "/litekube/podu/c";

    private readonly string _root = Directory.CreateTempSubdirectory("cgroup").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Kills_for_lack_of_memory_are_counted_in_either_version()
    {
        Write("memory.events", "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 1\n");
        Write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");

        Assert.Equal(2, Tree(2).OomKills(Cgroup));
        Assert.Equal(5, Tree(1).OomKills(Cgroup));
        Assert.Equal(0, Tree(2).OomKills("/litekube/podu/gone"));
    }

    [Fact]
    public void Version_2_shows_in_its_cgroups_whether_swap_is_counted()
    {
        Directory.CreateDirectory(_root + "/init.scope");
        Directory.CreateDirectory(_root + "/system.slice");
        File.WriteAllText(_root + "/system.slice/memory.max", "max\n");
        Assert.False(Tree(2).Hierarchy.CountsSwap);

        File.WriteAllText(_root + "/system.slice/memory.swap.max", "max\n");
        Assert.True(Tree(2).Hierarchy.CountsSwap);
    }

    [Fact]
    public async Task Version_2_is_told_to_kill_all_at_once()
    {
        Write("cgroup.procs", "");
        Write("cgroup.kill", "");

        Assert.False(await Tree(2).RemoveAsync(Cgroup, TimeProvider.System, CancellationToken.None)); // a real one would have gone
        Assert.Equal("1", File.ReadAllText(_root + Cgroup + "/cgroup.kill"));
    }

    private CgroupTree Tree(int version) => new(version == 2 ? new CgroupHierarchy(2, _root, new Dictionary<string, string>()) : new CgroupHierarchy(1, null, new Dictionary<string, string> { ["memory"] = _root }));

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(_root + Cgroup);
        File.WriteAllText(Path.Combine(_root + Cgroup, file), text);
    }
}
