using System.Text.Json.Nodes;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;
using LiteKube.Runtimes.Native.Spec;

namespace LiteKube.Runtimes.Tests.Native;

public sealed class SpecTests
{
    private static readonly PodIdentity s_pod = new("u", "n", "p");
    private static readonly AccountFiles s_accounts = AccountFiles.Parse(
        ["root:x:0:0:root:/root:/bin/sh", "# a comment", "web:x:33:33:web:/srv:/bin/false", "broken:x:many:1", "double:x:1000:1000::/home/double:/bin/sh\r", ""],
        ["root:x:0:", "web:x:33:", "logs:x:4:web,double", "short:x"]);

    [Theory]
    [InlineData("", null, null, "0:0:0:/root")]
    [InlineData("web", null, null, "33:33:4,33:/srv")]
    [InlineData("33", null, null, "33:33:4,33:/srv")]
    [InlineData("web:logs", null, null, "33:4:4:/srv")]
    [InlineData("77:88", null, null, "77:88:88:")]
    [InlineData("web", 1000L, null, "1000:1000:4,1000:/home/double")]
    [InlineData("web", null, 5L, "33:5:4,5:/srv")]
    [InlineData("web", 12345L, null, "12345:0:0:")]
    public void A_process_runs_as_the_pod_says_or_else_the_image(string imageUser, long? user, long? group, string expected)
    {
        var result = ProcessUser.Resolve(imageUser, new ContainerSecurity { RunAsUser = user, RunAsGroup = group }, s_accounts);

        Assert.Equal(expected, $"{result.User}:{result.Group}:{string.Join(',', result.SupplementalGroups)}:{result.Home}");
    }

    [Fact]
    public void A_user_or_group_that_the_image_does_not_have_is_an_error()
    {
        Assert.Contains("nobody", Assert.Throws<RuntimeException>(() => ProcessUser.Resolve("nobody", new ContainerSecurity(), s_accounts)).Message, StringComparison.Ordinal);
        Assert.Contains("staff", Assert.Throws<RuntimeException>(() => ProcessUser.Resolve("web:staff", new ContainerSecurity(), s_accounts)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "entry default")]
    [InlineData("run", "", "run")]
    [InlineData("run", "fast", "run fast")]
    [InlineData("", "other", "entry other")]
    public void A_command_replaces_all_and_arguments_only_arguments(string command, string args, string expected)
    {
        var image = new ImageConfig { Entrypoint = ["entry"], Cmd = ["default"] };

        Assert.Equal(expected.Split(' '), ProcessCommand.Arguments(Config() with { Command = Words(command), Args = Words(args) }, image));
        Assert.Throws<RuntimeException>(() => ProcessCommand.Arguments(Config(), new ImageConfig()));
    }

    [Fact]
    public void The_last_word_on_a_variable_counts_and_each_is_there_once()
    {
        var environment = ProcessCommand.Environment(Config() with { Environment = [("A", "pod"), ("EMPTY", ""), ("HOME", "/own")], Tty = true }, new ImageConfig { Env = ["PATH=/image", "A=image", "B=b"] }, "host", "/home/x");

        Assert.Equal(["PATH=/image", "TERM=xterm", "HOSTNAME=host", "HOME=/own", "A=pod", "B=b", "EMPTY="], environment);
    }

    [Fact]
    public void Capabilities_are_added_to_and_dropped_from_the_defaults_within_what_the_machine_has()
    {
        var machine = Capabilities.ReadBounding();

        Assert.DoesNotContain("CAP_SYS_ADMIN", Capabilities.Of(new ContainerSecurity(), machine));
        Assert.Equal(["CAP_KILL"], Capabilities.Of(new ContainerSecurity { DropCapabilities = ["ALL"], AddCapabilities = ["kill"] }, machine));
        Assert.Equal(machine.Count - 1, Capabilities.Of(new ContainerSecurity { AddCapabilities = ["ALL"], DropCapabilities = ["CAP_CHOWN"] }, machine).Count);
        Assert.Equal(machine.Count, Capabilities.Of(new ContainerSecurity { Privileged = true }, machine).Count);
        Assert.Empty(Capabilities.Of(new ContainerSecurity { Privileged = true }, new HashSet<string>()));
    }

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("quit", 3)]
    [InlineData("9", 9)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("SIGRTMAX-1", 63)]
    [InlineData("SIGFOO", null)]
    [InlineData("0", null)]
    [InlineData("SIGRTMIN+31", null)]
    public void Signals_have_names_and_numbers(string text, int? expected) => Assert.Equal(expected, Signals.Parse(text));

    [Fact]
    public void The_specification_has_what_the_engine_needs()
    {
        var spec = JsonNode.Parse(SpecWriter.Write(new ContainerSpec
        {
            Root = "/r",
            ReadOnlyRoot = true,
            Arguments = ["a", "\"b\""],
            Environment = ["X=1"],
            WorkingDirectory = "/w",
            User = new ProcessUser(1, 2, [2, 3], null),
            Capabilities = ["CAP_KILL"],
            NoNewPrivileges = true,
            OomScoreAdjust = 500,
            OpenFiles = 1024,
            Mounts = [new SpecMount("/d", "bind", "/s", ["rbind", "ro"])],
            RootPropagation = "rslave",
            Devices = [new SpecDevice("/dev/x", 'c', 10, 20, 0x1B6, 0, 5, "rw")],
            Namespaces = [("mount", ""), ("network", "/ns/net")],
            Cgroup = "/litekube/pod/c",
            Resources = new ContainerResources(CpuShares: 100, MemoryBytes: 1000, PidsLimit: 7),
            OomGroup = true,
        }))!;

        Assert.Equal("\"b\"", (string?)spec["process"]!["args"]![1]);
        Assert.Equal([2, 3], spec["process"]!["user"]!["additionalGids"]!.AsArray().Select(g => (int)g!));
        Assert.Equal("RLIMIT_NOFILE", (string?)spec["process"]!["rlimits"]![0]!["type"]);
        Assert.True((bool)spec["root"]!["readonly"]!);
        Assert.Equal("""[{"type":"mount"},{"type":"network","path":"/ns/net"}]""", spec["linux"]!["namespaces"]!.ToJsonString());
        Assert.Equal(1000, (int)spec["linux"]!["resources"]!["memory"]!["swap"]!);
        Assert.Equal(7, (int)spec["linux"]!["resources"]!["pids"]!["limit"]!);
        Assert.Equal("1", (string?)spec["linux"]!["resources"]!["unified"]!["memory.oom.group"]);
        var rules = spec["linux"]!["resources"]!["devices"]!.AsArray();
        Assert.False((bool)rules[0]!["allow"]!);
        Assert.Equal("""{"allow":true,"type":"c","major":10,"minor":20,"access":"rw"}""", rules[^1]!.ToJsonString());
        Assert.Contains("/proc/kcore", spec["linux"]!["maskedPaths"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_from_a_file_loses_what_does_not_apply()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """
                {"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86_64"}],"syscalls":[
                  {"names":["mount"],"action":"SCMP_ACT_ERRNO","errnoRet":1,"comment":"x","args":null},
                  {"names":["chroot"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_CHROOT"]}},
                  {"name":"clone","action":"SCMP_ACT_ERRNO","excludes":{"caps":["CAP_SYS_ADMIN"]}}]}
                """);

            var profile = JsonNode.Parse(SeccompFilter.Of(file, ["CAP_SYS_ADMIN"])!.Value.Span)!;

            Assert.Equal("""[{"names":["mount"],"action":"SCMP_ACT_ERRNO","errnoRet":1}]""", profile["syscalls"]!.ToJsonString());
            Assert.Null(profile["archMap"]);
            Assert.Null(SeccompFilter.Of("Unconfined", []));
            Assert.Throws<RuntimeException>(() => SeccompFilter.Of(file + ".not", []));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_command_is_the_containers_process_but_for_its_words_and_terminal()
    {
        var process = CommandProcess.Of("""{"root":{},"process":{"terminal":true,"user":{"uid":7},"args":["sleep"],"env":["A=\u00e4"],"cwd":"/x","noNewPrivileges":true}}"""u8.ToArray());

        Assert.Equal(
            """{"user":{"uid":7},"env":["A=\u00e4"],"cwd":"/x","noNewPrivileges":true,"terminal":false,"args":["sh","-c","echo \u0022\u00e9\u0022"]}""",
            JsonNode.Parse(process.Write(["sh", "-c", "echo \"é\""], terminal: false))!.ToJsonString(), ignoreCase: true);
        var onTerminal = JsonNode.Parse(process.Write(["id"], terminal: true))!;
        Assert.Equal(["A=ä", "TERM=xterm"], onTerminal["env"]!.AsArray().Select(v => (string)v!));
        Assert.True((bool)onTerminal["terminal"]!);
        Assert.Equal("id", (string)onTerminal["args"]![0]!);
    }

    [Fact]
    public void A_command_keeps_the_kind_of_terminal_that_the_container_names()
    {
        var process = CommandProcess.Of("""{"process":{"env":["TERM=dumb"],"args":["sleep"]}}"""u8.ToArray());

        Assert.Equal(["TERM=dumb"], JsonNode.Parse(process.Write(["id"], terminal: true))!["env"]!.AsArray().Select(v => (string)v!));
    }

    private static ContainerConfig Config() => new(s_pod, "c", 0, "i", "");

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
