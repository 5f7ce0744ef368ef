using System.Net;
using System.Text.Json;

namespace LiteKube.Node.Tests.Server;

public sealed class AuthorizationTests : IAsyncLifetime
{
    private readonly NodeServerFixture _node = new();

    public Task InitializeAsync() => _node.InitializeAsync();

    public Task DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("O=system:masters, CN=system:apiserver", HttpStatusCode.OK)]
    [InlineData("CN=kube-apiserver-kubelet-client", HttpStatusCode.OK)]
    [InlineData("O=kubelet-api-admins, CN=somebody", HttpStatusCode.OK)]
    [InlineData("O=system:nodes, CN=system:node:other", HttpStatusCode.Forbidden)]
    [InlineData("CN=system:masters", HttpStatusCode.Forbidden)]
    public async Task Only_the_API_servers_certificate_opens_the_API(string subject, HttpStatusCode expected)
    {
        using var client = _node.NewClient(subject);

        Assert.Equal(expected, (await client.GetAsync("healthz")).StatusCode);
        Assert.Equal(expected, (await client.GetAsync("pods")).StatusCode);
    }

    [Fact]
    public async Task Nobody_is_let_in_without_a_certificate()
    {
        using var client = _node.NewClient(anonymous: true);

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("pods")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("exec/default/web/app?command=id&output=1", null)).StatusCode);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_no_certificate()
    {
        using var other = new TestCertificates();
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [other.IssueClient("O=system:masters, CN=system:apiserver")];
        using var client = new HttpClient(handler);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"https://127.0.0.1:{_node.Port}/pods"));
    }

    [Fact]
    public async Task New_certificates_count_from_the_next_connection_on()
    {
        using var old = _node.Certificates.IssueClient("O=system:masters, CN=system:apiserver");
        using (var before = _node.NewClient(old))
            Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("pods")).StatusCode);

        _node.ReplaceCertificates();

        // The client accepts the server's new certificate only.
        using (var after = _node.NewClient("O=system:masters, CN=system:apiserver"))
            Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("pods")).StatusCode);
        using var stale = _node.NewClient(old);
        await Assert.ThrowsAsync<HttpRequestException>(() => stale.GetAsync("pods"));
    }

    [Fact]
    public async Task Pods_and_usage_are_told()
    {
        using var client = _node.NewClient();

        using var pods = JsonDocument.Parse(await client.GetStringAsync("pods"));
        Assert.Equal("web", pods.RootElement.GetProperty("items")[0].GetProperty("metadata").GetProperty("name").GetString());
        using var summary = JsonDocument.Parse(await client.GetStringAsync("stats/summary"));
        Assert.True(summary.RootElement.GetProperty("node").GetProperty("memory").GetProperty("workingSetBytes").GetUInt64() > 0);
        var pod = summary.RootElement.GetProperty("pods")[0];
        Assert.Equal("web", pod.GetProperty("podRef").GetProperty("name").GetString());
        Assert.Equal("app", pod.GetProperty("containers")[0].GetProperty("name").GetString());
        var metrics = await client.GetStringAsync("metrics/resource");
        Assert.Contains("container_cpu_usage_seconds_total{container=\"app\",namespace=\"default\",pod=\"web\"} 0.001 ", metrics, StringComparison.Ordinal);
        Assert.Contains("\nresource_scrape_error 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("kubelet_running_pods 1\n", await client.GetStringAsync("metrics"), StringComparison.Ordinal);
    }
}
