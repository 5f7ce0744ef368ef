using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Engine;
using LiteKube.Runtimes.Native.Kernel;

namespace LiteKube.Runtimes.Tests.Native;

public sealed class EngineTests
{
    private static readonly string[] s_hybrid =
    [
        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory",
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
    ];

    [Fact]
    public void A_machine_with_both_versions_of_cgroups_counts_as_the_first()
    {
        var hybrid = CgroupHierarchy.Of(s_hybrid.Select(l => MountTable.Parse(l)!));
        Assert.Equal((1, true, "/sys/fs/cgroup/cpu,cpuacct"), (hybrid.Version, hybrid.IsHybrid, hybrid.Controllers["cpuacct"]));

        var second = CgroupHierarchy.Of([MountTable.Parse("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate")!]);
        Assert.Equal((2, false, "/sys/fs/cgroup"), (second.Version, second.IsHybrid, second.Unified));
    }

    [Fact]
    public void Only_crun_on_such_a_machine_is_called_by_way_of_another_program()
    {
        var program = Path.GetTempFileName();
        var crun = Path.ChangeExtension(program, "crun");
        var runc = Path.ChangeExtension(program, "runc");
        try
        {
            File.WriteAllText(crun, "");
            File.WriteAllText(runc, "");
            var hybrid = CgroupHierarchy.Of(s_hybrid.Select(l => MountTable.Parse(l)!));

            Assert.Equal(["/sys/fs/cgroup/unified", crun], EngineChoice.Choose(crun, hybrid, "/p").Program.LeadingArguments);
            Assert.Contains("without sight of /sys/fs/cgroup/unified", EngineChoice.Choose(crun, hybrid, "/p").Program.Why, StringComparison.Ordinal);
            Assert.Equal((runc, 0), (EngineChoice.Choose(runc, hybrid, "/p").Program.Program, EngineChoice.Choose(runc, hybrid, "/p").Program.LeadingArguments.Count));
            var plain = hybrid with { Unified = null };
            Assert.Equal(crun, EngineChoice.Choose(crun, plain, "/p").Program.Program);
        }
        finally
        {
            File.Delete(program);
            File.Delete(crun);
            File.Delete(runc);
        }
    }

    [Fact]
    public async Task What_crun_has_made_is_started_without_another_call_of_it_and_by_crun_where_that_cannot_be()
    {
        var directory = Directory.CreateTempSubdirectory("litekube-engine-");
        using var readiness = new Readiness();
        try
        {
            var engine = new EngineClient(new EngineProgram("crun", "/bin/false", [], ""), directory.FullName, readiness);
            var pipe = Path.Combine(directory.CreateSubdirectory("made").FullName, "exec.fifo");
            using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
                await mkfifo.WaitForExitAsync();

            // Nobody waits at the other end.
            await Assert.ThrowsAsync<RuntimeException>(() => engine.StartAsync("made", default));

            using var waiting = new Microsoft.Win32.SafeHandles.SafeFileHandle(Libc.Open(pipe, Libc.ReadOnly | Libc.NonBlocking), ownsHandle: true);
            await engine.StartAsync("made", default);

            Assert.False(File.Exists(pipe));
            var got = new byte[2];
            Assert.Equal(1, Libc.Read(waiting, got, got.Length));
            await Assert.ThrowsAsync<RuntimeException>(() => engine.StartAsync("made", default));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_missing_program_is_an_error_with_the_line_that_installs_it()
    {
        var error = Assert.Throws<RuntimeException>(() => EngineChoice.FindMonitor("/no/such/conmon"));

        Assert.Equal(RuntimeError.Unavailable, error.Error);
        Assert.Contains("install", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ID=debian", "apt-get install crun conmon")]
    [InlineData("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"", "dnf install crun conmon")]
    [InlineData("ID=opensuse-leap\nID_LIKE=\"suse opensuse\"", "zypper install crun conmon")]
    [InlineData("ID=unheard-of", "install the packages crun and conmon of your distribution")]
    public void Each_distribution_has_its_line(string release, string line) => Assert.Equal(line, InstallLine.Of(release.Split('\n')));

    [Theory]
    [InlineData("executable file `/x` not found\n", "executable file `/x` not found")]
    [InlineData("gone\n\u001b[1;31m2026-01-02T03:04:05.123Z: gone\u001b[0m\n", "gone")]
    [InlineData("2026-01-02T03:04:05.123Z: chdir to cwd: denied", "chdir to cwd: denied")]
    [InlineData("time=\"2026-01-02T03:04:05Z\" level=error msg=\"exec failed: exec: \\\"/x\\\": no such file\"", "exec failed: exec: \"/x\": no such file")]
    public void An_engines_complaint_is_told_without_its_trimmings(string said, string told) => Assert.Equal(told, EngineClient.Clean(said));
}
