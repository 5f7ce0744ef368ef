using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiteKube.Runtimes.Tests.Docker;

public sealed class DockerImageTests : IAsyncLifetime
{
    private const string Image = """{"Id":"sha256:1","RepoTags":["localhost:5000/app:1"],"RepoDigests":["localhost:5000/app@sha256:2","<none>@<none>"],"Size":77,"Config":{"User":"10:20","Volumes":{"/data":{}}}}""";

    private readonly FakeEngine _engine = new();
    private DockerRuntime? _runtime;

    private IImageService Images => _runtime!.Images;

    public Task InitializeAsync()
    {
        _runtime = Open(TimeSpan.FromMinutes(1));
        _engine.On("GET images/localhost:5000/app:1/json", 200, Image);
        return Task.CompletedTask;
    }

    private DockerRuntime Open(TimeSpan stallTimeout) =>
        new(new DockerRuntimeOptions { Host = _engine.Host, PullStallTimeout = stallTimeout }, TimeProvider.System, NullLogger<DockerRuntime>.Instance);

    public async Task DisposeAsync()
    {
        await _runtime!.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.2", "docker.io/library/nginx:1.2")]
    [InlineData("a/b", "docker.io/a/b:latest")]
    [InlineData("index.docker.io/nginx", "docker.io/library/nginx:latest")]
    [InlineData("localhost/x", "localhost/x:latest")]
    [InlineData("localhost:5000/x", "localhost:5000/x:latest")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.53", "registry.k8s.io/e2e-test-images/agnhost:2.53")]
    [InlineData("x:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "docker.io/library/x@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("a__b/c-d.e", "docker.io/a__b/c-d.e:latest")]
    public void References_are_completed_as_Docker_does(string reference, string expected) => Assert.Equal(expected, ImageReference.Parse(reference).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("Nginx")]
    [InlineData("nginx:")]
    [InlineData("nginx:a b")]
    [InlineData("nginx@sha256:abc")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("a_._b")]
    [InlineData("-a")]
    [InlineData("https://example.org/x")]
    public async Task What_is_no_reference_is_an_invalid_image_name(string reference)
    {
        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Images.PullAsync(reference, null, default));

        Assert.Equal(RuntimeError.InvalidImageName, error.Error);
        Assert.Empty(_engine.Requests);
    }

    [Fact]
    public async Task An_image_is_told_with_user_and_volumes()
    {
        var image = await Images.GetAsync("localhost:5000/app:1", default);

        Assert.Equal(("sha256:1", 77L, "10:20"), (image!.Id, image.SizeBytes, image.User));
        Assert.Equal(["localhost:5000/app@sha256:2"], image.Digests);
        Assert.Equal(["/data"], image.Volumes);
    }

    [Fact]
    public async Task The_pause_image_is_not_listed()
    {
        _engine.On("GET images/json", 200, """[{"Id":"sha256:1","RepoTags":["a:1"],"RepoDigests":null,"Size":1},{"Id":"sha256:2","RepoTags":["litekube/pause:1"],"Size":1},{"Id":"sha256:3","RepoTags":["<none>:<none>"],"Size":1}]""");

        var images = await Images.ListAsync(default);

        Assert.Equal(["sha256:1", "sha256:3"], images.Select(i => i.Id));
        Assert.Empty(images[1].Tags);
    }

    [Fact]
    public async Task A_pull_goes_by_name_and_tag_with_the_credentials_of_the_pod()
    {
        _engine.On("POST images/create", 200, """{"status":"Pulling"}""" + "\r\n" + """{"status":"Done"}""" + "\r\n");

        Assert.Equal("sha256:1", await Images.PullAsync("localhost:5000/app:1", new RegistryCredentials("me", "sécret?>"), default));

        var pull = _engine.Requests.First();
        Assert.EndsWith("images/create?fromImage=localhost%3A5000%2Fapp&tag=1", pull.Path, StringComparison.Ordinal);
        var auth = pull.Headers["X-Registry-Auth"];
        Assert.Equal(-1, auth.IndexOfAny(['+', '/']));
        var json = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(auth.Replace('-', '+').Replace('_', '/'))))!;
        Assert.Equal(("me", "sécret?>", "localhost:5000"), ((string?)json["username"], (string?)json["password"], (string?)json["serveraddress"]));
    }

    [Fact]
    public async Task An_error_inside_the_progress_is_the_pulls_error()
    {
        _engine.On("POST images/create", 200, """{"status":"Pulling"}""" + "\n" + """{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}""" + "\n");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Images.PullAsync("localhost:5000/app:1", null, default));

        Assert.Equal((RuntimeError.ImagePull, "manifest unknown"), (error.Error, error.Message));
    }

    [Fact]
    public async Task A_refused_pull_has_the_registrys_words()
    {
        _engine.On("POST images/create", 404, """{"message":"pull access denied for app, repository does not exist or may require 'docker login'"}""");

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await Images.PullAsync("localhost:5000/app:1", null, default));

        Assert.Equal(RuntimeError.ImagePull, error.Error);
        Assert.StartsWith("pull access denied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_without_progress_fails()
    {
        _engine.Handlers["POST images/create"] = async (_, stream) =>
        {
            await FakeEngine.WriteAsync(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"status\":\"Pulling\"}\n");
            Assert.Equal(0, await stream.ReadAsync(new byte[1]));
        };
        await using var impatient = Open(TimeSpan.FromSeconds(5));

        var error = await Assert.ThrowsAsync<RuntimeException>(async () => await impatient.Images.PullAsync("localhost:5000/app:1", null, default));

        Assert.Contains("no progress", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiters_share_a_pull_and_one_who_gives_up_does_not_end_it()
    {
        var asked = new TaskCompletionSource();
        var proceed = new TaskCompletionSource();
        _engine.Handlers["POST images/create"] = async (_, stream) =>
        {
            asked.TrySetResult();
            await proceed.Task;
            await FakeEngine.AnswerAsync(stream, 200, "");
        };
        using var impatient = new CancellationTokenSource();
        var first = Images.PullAsync("localhost:5000/app:1", null, impatient.Token).AsTask();
        await asked.Task;
        var second = Images.PullAsync("localhost:5000/app:1", null, default).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        proceed.SetResult();

        Assert.Equal("sha256:1", await second);
        Assert.Single(_engine.Requests, r => r.Route == "images/create");
    }
}
