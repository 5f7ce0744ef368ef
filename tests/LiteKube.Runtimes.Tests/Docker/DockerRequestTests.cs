using System.Formats.Tar;
using System.Text.Json.Nodes;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Docker;

public sealed class DockerRequestTests : IAsyncLifetime
{
    private static readonly PodIdentity Pod = new("u-1", "ns", "web");

    private readonly FakeEngine _engine = new();
    private DockerRuntime? _runtime;

    private DockerRuntime Runtime => _runtime ??= new DockerRuntime(new DockerRuntimeOptions { Host = _engine.Host, LogMaxBytes = 5000, LogMaxFiles = 3 }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);

    public Task InitializeAsync()
    {
        _engine.On("POST containers/create", 201, """{"Id":"new","Warnings":[]}""");
        _engine.On("POST containers/new/start", 204, "");
        _engine.On("DELETE containers/new", 204, "");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await Runtime.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task A_sandbox_is_two_calls_and_a_container_without_network_or_rights()
    {
        await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 3, "host-1") { Sysctls = new Dictionary<string, string> { ["net.core.somaxconn"] = "99" }, CgroupParent = "/pods/x" }, default);

        Assert.Equal(["POST containers/create", "POST containers/new/start"], _engine.Requests.Select(r => r.ToString()));
        var body = _engine.Requests.First().Json;
        Assert.Equal("host-1", (string?)body["Hostname"]);
        Assert.Equal("sandbox", (string?)body["Labels"]!["io.litekube"]);
        Assert.Equal(("u-1", "ns", "web", "3"), ((string?)body["Labels"]!["io.litekube.pod.uid"], (string?)body["Labels"]!["io.litekube.pod.namespace"], (string?)body["Labels"]!["io.litekube.pod.name"], (string?)body["Labels"]!["io.litekube.attempt"]));
        var host = body["HostConfig"]!;
        Assert.Equal(("none", "shareable", null, "/pods/x"), ((string?)host["NetworkMode"], (string?)host["IpcMode"], (string?)host["PidMode"], (string?)host["CgroupParent"]));
        Assert.Equal("no", (string?)host["RestartPolicy"]!["Name"]);
        Assert.Equal("99", (string?)host["Sysctls"]!["net.core.somaxconn"]);
        Assert.Equal("ALL", (string?)host["CapDrop"]![0]);
        Assert.True((bool)host["ReadonlyRootfs"]!);
    }

    [Fact]
    public async Task A_container_joins_the_processes_of_another()
    {
        var sandbox = await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h") { ShareProcessNamespace = true }, default);

        await Runtime.CreateContainerAsync(sandbox, new ContainerConfig(Pod, "debug", 0, "nginx:1", "sha256:abc") { ProcessesOf = "target" }, default);

        Assert.Equal("container:target", (string?)_engine.Requests.Last().Json["HostConfig"]!["PidMode"]);
    }

    [Fact]
    public async Task A_container_joins_its_sandbox_and_carries_what_it_was_given()
    {
        var sandbox = await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h") { ShareProcessNamespace = true, CgroupParent = "/pods/x" }, default);
        var config = new ContainerConfig(Pod, "app", 2, "nginx:1", "sha256:abc")
        {
            Command = ["/run"],
            Args = ["-a", "b c"],
            WorkingDirectory = "/w",
            Environment = [("A", "1"), ("B", "x=y")],
            Mounts = [new ContainerMount("/h:1", "/c", true, MountPropagation.HostToContainer)],
            Devices = [new ContainerDevice("/dev/a", "/dev/b", "rw")],
            Stdin = true,
            StdinOnce = true,
            StopSignal = "SIGUSR1",
            Resources = new ContainerResources(CpuShares: 512, CpuQuota: 50000, CpuPeriod: 100000, MemoryBytes: 1 << 26, OomScoreAdjust: 900, PidsLimit: 7),
            Security = new ContainerSecurity
            {
                RunAsUser = 1000,
                RunAsGroup = 2000,
                SupplementalGroups = [3000],
                ReadOnlyRootFilesystem = true,
                NoNewPrivileges = true,
                AddCapabilities = ["NET_ADMIN"],
                DropCapabilities = ["ALL"],
                SeccompProfile = "Unconfined",
                AppArmorProfile = "mine",
                UnmaskedProc = true,
            },
            Annotations = new Dictionary<string, string> { ["a/b"] = "c" },
        };

        await Runtime.CreateContainerAsync(sandbox, config, default);

        Assert.Equal(3, _engine.Requests.Count);
        var request = _engine.Requests.Last();
        Assert.Contains("name=litekube_app_web_ns_u-1_2", request.Path, StringComparison.Ordinal);
        var body = request.Json;
        Assert.Equal("sha256:abc", (string?)body["Image"]);
        Assert.Equal("1000:2000", (string?)body["User"]);
        Assert.Equal(["/run"], Strings(body["Entrypoint"]));
        Assert.Equal(["-a", "b c"], Strings(body["Cmd"]));
        Assert.Equal(["A=1", "B=x=y"], Strings(body["Env"]));
        Assert.Equal(("/w", "SIGUSR1"), ((string?)body["WorkingDir"], (string?)body["StopSignal"]));
        Assert.True((bool)body["OpenStdin"]! && (bool)body["StdinOnce"]! && !(bool)body["Tty"]!);
        Assert.Equal(["NONE"], Strings(body["Healthcheck"]!["Test"]));
        Assert.Equal(("container", "new", "app", "nginx:1", "c"), Labels(body));
        var host = body["HostConfig"]!;
        Assert.Equal(("container:new", "container:new", "container:new", "/pods/x"), ((string?)host["NetworkMode"], (string?)host["IpcMode"], (string?)host["PidMode"], (string?)host["CgroupParent"]));
        var mount = host["Mounts"]![0]!;
        Assert.Equal(("bind", "/h:1", "/c", true, "rslave"), ((string?)mount["Type"], (string?)mount["Source"], (string?)mount["Target"], (bool)mount["ReadOnly"]!, (string?)mount["BindOptions"]!["Propagation"]));
        Assert.Equal(("/dev/a", "/dev/b", "rw"), ((string?)host["Devices"]![0]!["PathOnHost"], (string?)host["Devices"]![0]!["PathInContainer"], (string?)host["Devices"]![0]!["CgroupPermissions"]));
        Assert.Equal(["3000"], Strings(host["GroupAdd"]));
        Assert.Equal(["NET_ADMIN"], Strings(host["CapAdd"]));
        Assert.Equal(["ALL"], Strings(host["CapDrop"]));
        Assert.Equal(["no-new-privileges", "seccomp=unconfined", "apparmor=mine"], Strings(host["SecurityOpt"]));
        Assert.Empty(Strings(host["MaskedPaths"]));
        Assert.Empty(Strings(host["ReadonlyPaths"]));
        Assert.Equal((512, 50000, 100000, 1 << 26, 1 << 26, 900, 7), ((int)host["CpuShares"]!, (int)host["CpuQuota"]!, (int)host["CpuPeriod"]!, (int)host["Memory"]!, (int)host["MemorySwap"]!, (int)host["OomScoreAdj"]!, (int)host["PidsLimit"]!));
        Assert.Equal(("json-file", "5000", "3"), ((string?)host["LogConfig"]!["Type"], (string?)host["LogConfig"]!["Config"]!["max-size"], (string?)host["LogConfig"]!["Config"]!["max-file"]));
        Assert.False((bool)host["Init"]!);
    }

    [Fact]
    public async Task What_is_not_set_is_left_to_the_image_and_the_engine()
    {
        var sandbox = await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h") { HostNetwork = true, HostIpc = true, HostPid = true }, default);

        await Runtime.CreateContainerAsync(sandbox, new ContainerConfig(Pod, "app", 0, "nginx:1", ""), default);

        var body = _engine.Requests.Last().Json;
        foreach (var absent in (string[])["User", "Entrypoint", "Cmd", "WorkingDir", "StopSignal"])
            Assert.Null(body[absent]);
        var host = body["HostConfig"]!;
        foreach (var absent in (string[])["SecurityOpt", "CapAdd", "CapDrop", "MaskedPaths", "ReadonlyPaths", "PidsLimit", "Mounts", "Devices"])
            Assert.Null(host[absent]);
        Assert.Equal(("host", "host", "host"), ((string?)host["NetworkMode"], (string?)host["IpcMode"], (string?)host["PidMode"]));
        Assert.Null(_engine.Requests.First().Json["Hostname"]);
    }

    [Fact]
    public async Task A_missing_pause_image_is_loaded_and_the_sandbox_made_again()
    {
        _engine.OnEach("POST containers/create", (404, """{"message":"No such image: litekube/pause:1"}"""), (201, """{"Id":"new"}"""));
        _engine.On("GET images/litekube/pause:1/json", 404, """{"message":"No such image"}""");
        _engine.On("POST images/load", 200, """{"stream":"Loaded image: litekube/pause:1\n"}""");

        Assert.Equal("new", await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h"), default));

        var load = Assert.Single(_engine.Requests, r => r.Route == "images/load");
        using var tar = new TarReader(new MemoryStream(load.Body));
        var files = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files[entry.Name] = content.ToArray();
        }

        var manifest = JsonNode.Parse(files["manifest.json"])![0]!;
        Assert.Equal("litekube/pause:1", (string?)manifest["RepoTags"]![0]);
        var config = JsonNode.Parse(files[(string)manifest["Config"]!])!;
        Assert.Equal("/pause", (string?)config["config"]!["Entrypoint"]![0]);
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(files["layer.tar"])), (string?)config["rootfs"]!["diff_ids"]![0]);
        using var layer = new TarReader(new MemoryStream(files["layer.tar"]));
        var program = layer.GetNextEntry(copyData: true)!;
        Assert.Equal(("pause", true), (program.Name, program.Mode.HasFlag(UnixFileMode.OtherExecute)));
        Assert.InRange(program.Length, 1, 20 * 1024);
    }

    [Fact]
    public async Task An_engine_that_may_not_lower_the_OOM_score_gets_zero_from_then_on()
    {
        _engine.OnEach("POST containers/new/start", (500, """{"message":"write /proc/self/oom_score_adj: permission denied"}"""), (204, ""));
        var lowers = OomScore.Detect().Allowed(-1) < 0;

        if (lowers)
        {
            await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h"), default);
            Assert.Equal(["POST containers/create", "POST containers/new/start", "DELETE containers/new", "POST containers/create", "POST containers/new/start"], _engine.Requests.Select(r => r.ToString()));
        }
        else
        {
            await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h"), default));
        }

        Assert.Equal(0, (int)_engine.Requests.Last(r => r.Route == "containers/create").Json["HostConfig"]!["OomScoreAdj"]!);
    }

    [Fact]
    public void The_OOM_score_is_remembered_as_not_to_be_lowered()
    {
        var score = new OomScore(canLower: true);
        Assert.Equal(-998, score.Allowed(-998));

        Assert.False(score.IsCauseOf("no such file"));
        Assert.True(score.IsCauseOf("write /proc/self/oom_score_adj: permission denied"));

        Assert.Equal((0, 500), (score.Allowed(-998), score.Allowed(500)));
        Assert.False(score.IsCauseOf("write /proc/self/oom_score_adj: permission denied"));
    }

    [Fact]
    public async Task A_name_left_by_a_container_that_never_ran_is_taken_over()
    {
        _engine.OnEach("POST containers/create", (409, """{"message":"Conflict. The container name \"/x\" is already in use by container \"old\""}"""), (201, """{"Id":"new"}"""));
        _engine.On("GET containers/litekube_POD_web_ns_u-1_0/json", 200, Inspect("old", "created"));
        _engine.On("DELETE containers/old", 204, "");

        Assert.Equal("new", await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h"), default));

        Assert.Contains(_engine.Requests, r => r.ToString() == "DELETE containers/old");
    }

    [Theory]
    [InlineData(404, "No such image: sha256:abc", RuntimeError.ImageNotPresent)]
    [InlineData(400, "invalid mount config: bind source path does not exist: /x", RuntimeError.CreateContainer)]
    [InlineData(500, "anything", RuntimeError.CreateContainer)]
    public async Task A_refused_creation_says_why(int status, string message, RuntimeError expected)
    {
        var sandbox = await Runtime.CreateSandboxAsync(new SandboxConfig(Pod, 0, "h"), default);
        _engine.On("POST containers/create", status, $$"""{"message":"{{message}}"}""");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Runtime.CreateContainerAsync(sandbox, new ContainerConfig(Pod, "app", 0, "x", "sha256:abc"), default));

        Assert.Equal((expected, message), (error.Error, error.Message));
    }

    [Fact]
    public async Task A_container_whose_start_failed_has_ended()
    {
        _engine.On("GET containers/abc/json", 200, Inspect("abc", "created", exitCode: 127, error: "exec: not found"));
        _engine.On("GET images/sha256:1/json", 200, """{"Id":"sha256:1","RepoDigests":["r/x@sha256:9"],"Size":5}""");

        var status = await Runtime.GetContainerAsync("abc", default);

        Assert.Equal((ContainerState.Exited, 127, "exec: not found", "r/x@sha256:9"), (status!.State, status.ExitCode, status.Error, status.ImageId));
        Assert.NotNull(status.FinishedAt);
        await Runtime.GetContainerAsync("abc", default);
        Assert.Single(_engine.Requests, r => r.Route == "images/sha256:1/json");
    }

    private static string Inspect(string id, string state, int exitCode = 0, string error = "") =>
        $$$"""
        {"Id":"{{{id}}}","Created":"2026-01-02T03:04:05.123456789Z","Image":"sha256:1","State":{"Status":"{{{state}}}","Running":false,"OOMKilled":false,"Pid":0,"ExitCode":{{{exitCode}}},"Error":"{{{error}}}","StartedAt":"0001-01-01T00:00:00Z","FinishedAt":"0001-01-01T00:00:00Z"},
         "Config":{"Labels":{"io.litekube":"container","io.litekube.sandbox":"s"},"Tty":false},"HostConfig":{"NetworkMode":"none","IpcMode":"shareable","PidMode":""}}
        """;

    private static List<string> Strings(JsonNode? array) => [.. array!.AsArray().Select(n => (string)n!)];

    private static (string?, string?, string?, string?, string?) Labels(JsonNode body)
    {
        var labels = body["Labels"]!;
        return ((string?)labels["io.litekube"], (string?)labels["io.litekube.sandbox"], (string?)labels["io.litekube.container"], (string?)labels["io.litekube.image"], (string?)labels["io.litekube.annotation.a/b"]);
    }
}
