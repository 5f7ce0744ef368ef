using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Http;

[Collection(ApiHostCollection.Name)]
public sealed class DiscoveryTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task Every_group_prefers_one_of_its_versions_and_each_version_lists_its_resources()
    {
        var groups = (await Api.GetAsync("/apis/")).Expect(200);
        Assert.Equal("APIGroupList", (string)groups.Body["kind"]!);
        foreach (var group in groups.Body["groups"]!.AsArray())
        {
            var one = (await Api.GetAsync($"/apis/{group!["name"]}/")).Expect(200);
            var versions = one.Body["versions"]!.AsArray().Select(v => (string)v!["groupVersion"]!).ToArray();
            Assert.Contains((string)one.Body["preferredVersion"]!["groupVersion"]!, versions);
            foreach (var version in versions)
            {
                var list = (await Api.GetAsync($"/apis/{version}")).Expect(200);
                Assert.Equal(version, (string)list.Body["groupVersion"]!);
                Assert.NotEmpty(list.Body["resources"]!.AsArray());
            }
        }
    }

    [Fact]
    public async Task The_core_lists_pods_with_their_subresources_and_foreign_kinds()
    {
        Assert.Equal("v1", (string)(await Api.GetAsync("/api")).Body["versions"]![0]!);
        var resources = (await Api.GetAsync("/api/v1")).Body["resources"]!.AsArray();
        var pods = resources.Single(r => (string)r!["name"]! == "pods")!;
        Assert.Equal("po", (string)pods["shortNames"]![0]!);
        Assert.Contains("watch", pods["verbs"]!.AsArray().Select(v => (string)v!));
        var eviction = resources.Single(r => (string)r!["name"]! == "pods/eviction")!;
        Assert.Equal("policy", (string)eviction["group"]!);
    }

    [Theory]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "apidiscovery.k8s.io/v2")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "apidiscovery.k8s.io/v2")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "apidiscovery.k8s.io/v2beta1")]
    [InlineData("application/json", "v1")]
    public async Task The_aggregated_form_is_negotiated(string accept, string apiVersion)
    {
        var answer = (await Api.GetAsync("/apis", accept)).Expect(200);
        Assert.Equal(apiVersion, (string)answer.Body["apiVersion"]!);
        if (apiVersion == "v1")
            return;
        var apps = answer.Body["items"]!.AsArray().Single(g => (string)g!["metadata"]!["name"]! == "apps")!;
        var deployments = apps["versions"]![0]!["resources"]!.AsArray().Single(r => (string)r!["resource"]! == "deployments")!;
        Assert.Equal("Deployment", (string)deployments["responseKind"]!["kind"]!);
        Assert.Equal("Namespaced", (string)deployments["scope"]!);

        using var again = new HttpRequestMessage(HttpMethod.Get, "/apis");
        again.Headers.TryAddWithoutValidation("Accept", accept);
        again.Headers.TryAddWithoutValidation("If-None-Match", answer.Response.Headers.ETag!.ToString());
        Assert.Equal(304, (int)(await Api.Http.SendAsync(again)).StatusCode);
    }

    [Theory]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", 200, "APIGroupDiscoveryList")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json", 200, "APIGroupList")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList", 406, "Status")]
    [InlineData("/api", "text/html", 406, "Status")]
    [InlineData("/api", "application/vnd.kubernetes.protobuf", 200, "APIVersions")]
    [InlineData("/api", "*/*", 200, "APIVersions")]
    public async Task What_is_not_known_of_the_aggregated_form_is_passed_over(string path, string accept, int code, string kind) =>
        Assert.Equal(kind, (string)(await Api.GetAsync(path, accept)).Expect(code).Body["kind"]!);

    [Fact]
    public async Task Autoscaling_is_preferred_in_v2()
    {
        var group = (await Api.GetAsync("/apis/autoscaling")).Expect(200);
        Assert.Equal("autoscaling/v2", (string)group.Body["preferredVersion"]!["groupVersion"]!);
        Assert.Equal(2, group.Body["versions"]!.AsArray().Count);
    }

    [Fact]
    public async Task Anybody_may_ask_for_health_and_the_CA_and_nothing_else()
    {
        using var nobody = host.Client(null);
        Assert.Equal("ok", (string)(await nobody.GetAsync("/readyz")).Expect(200).Body["text"]!);
        Assert.Contains("[+]etcd ok\n", (string)(await nobody.GetAsync("/livez?verbose")).Expect(200).Body["text"]!);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", (string)(await nobody.GetAsync("/cacerts")).Expect(200).Body["text"]!);
        foreach (var path in (string[])["/metrics", "/version", "/api/v1/namespaces", "/apis", "/nothing"])
            Assert.Equal("Unauthorized", (await nobody.GetAsync(path)).Expect(401).Message);
        (await nobody.GetAsync("/readyz/etcd")).Expect(403);
    }

    [Fact]
    public async Task Checks_are_asked_one_by_one_or_left_out()
    {
        Assert.Equal("36", (string)(await Api.GetAsync("/version")).Expect(200).Body["minor"]!);
        Assert.Equal("ok", (string)(await Api.GetAsync("/healthz/ping")).Expect(200).Body["text"]!);
        Assert.Equal("ok", (string)(await Api.GetAsync("/readyz/poststarthook/rbac/bootstrap-roles")).Expect(200).Body["text"]!);
        (await Api.GetAsync("/readyz/nothing")).Expect(404);
        var text = (string)(await Api.GetAsync("/readyz?verbose&exclude=etcd&exclude=nothing")).Expect(200).Body["text"]!;
        Assert.Contains("[+]ping ok\n[+]etcd excluded: ok\n", text);
        Assert.EndsWith("warn: some health checks cannot be excluded: no matches for \"nothing\"\nreadyz check passed\n", text);
    }

    [Fact]
    public async Task The_token_issuer_publishes_its_keys()
    {
        var discovery = (await Api.GetAsync("/.well-known/openid-configuration")).Expect(200);
        Assert.NotNull(discovery.Body["issuer"]);
        Assert.NotEmpty((await Api.GetAsync("/openid/v1/jwks")).Expect(200).Body["keys"]!.AsArray());
    }
}
