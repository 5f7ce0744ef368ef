using LiteKube.Runtimes.Cgroups;

namespace LiteKube.Runtimes.Tests.Docker;

public sealed class CgroupReaderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cgroup").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Version_1_is_read_by_controller_also_on_a_hybrid()
    {
        Write("proc/self/mountinfo",
            $"""
            30 29 0:26 / {_root}/unified rw - cgroup2 cgroup2 rw
            31 29 0:27 / {_root}/memory rw - cgroup cgroup rw,memory
            32 29 0:28 / {_root}/cpu rw - cgroup cgroup rw,cpu,cpuacct
            """);
        Write("proc/7/cgroup", "5:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/elsewhere\n");
        Write("memory/docker/abc/memory.usage_in_bytes", "1000\n");
        Write("memory/docker/abc/memory.stat", "rss 1\ninactive_file 1\ntotal_rss 400\ntotal_inactive_file 300\n");
        Write("cpu/docker/abc/cpuacct.usage", "123456789\n");

        Assert.Equal(new CgroupUsage(123456789, 1000, 700, 400), new CgroupReader(Path.Combine(_root, "proc")).Read(7));
    }

    [Fact]
    public void Version_2_is_read_from_the_one_hierarchy()
    {
        Write("proc/self/mountinfo", $"30 29 0:26 / {_root}/uni\\040fied rw - cgroup2 cgroup2 rw\n");
        Write("proc/7/cgroup", "0::/pod/abc\n");
        Write("uni fied/pod/abc/memory.current", "500\n");
        Write("uni fied/pod/abc/memory.stat", "anon 120\nfile 9\ninactive_file 600\n");
        Write("uni fied/pod/abc/cpu.stat", "usage_usec 42\nuser_usec 1\n");

        Assert.Equal(new CgroupUsage(42000, 500, 0, 120), new CgroupReader(Path.Combine(_root, "proc")).Read(7));
    }

    [Fact]
    public void A_process_that_is_gone_has_no_usage()
    {
        Write("proc/self/mountinfo", "");

        Assert.Null(new CgroupReader(Path.Combine(_root, "proc")).Read(7));
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
