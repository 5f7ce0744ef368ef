using System.Text.Json.Nodes;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Networking.V1;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Admission.Tests;

using Node = LiteKube.Api.Core.V1.Node;

public sealed class DefaultsTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Tolerations_PodWithout_StaysFiveMinutes()
    {
        var pod = await _fixture.CreateAsync(Pod.Resource, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}""");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                [{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},
                 {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]
                """),
            pod["spec"]!["tolerations"]));
    }

    [Theory]
    [InlineData("""{"operator":"Exists"}""", 1)]
    [InlineData("""{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}""", 2)]
    [InlineData("""{"key":"node.kubernetes.io/not-ready","operator":"Exists"}""", 2)]
    [InlineData("""{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoSchedule"}""", 3)]
    [InlineData("""{"key":"other","operator":"Exists"}""", 3)]
    public async Task Tolerations_PodsOwn_AreLeft(string toleration, int count)
    {
        var pod = await _fixture.CreateAsync(Pod.Resource, $$$"""{"metadata":{"name":"p"},"spec":{"tolerations":[{{{toleration}}}],"containers":[{"name":"c"}]}}""");

        Assert.Equal(count, pod["spec"]!["tolerations"]!.AsArray().Count);
    }

    [Fact]
    public async Task Node_New_TakesNoPodsYet()
    {
        var node = await _fixture.CreateAsync(Node.Resource, """{"metadata":{"name":"n"}}""");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]"""), node["spec"]!["taints"]));
    }

    [Fact]
    public async Task Claim_WithoutClass_GetsTheNewestDefault()
    {
        PutClass("old", "2026-01-01", isDefault: true);
        PutClass("new", "2026-02-01", isDefault: true);
        PutClass("other", "2026-03-01", isDefault: false);

        Assert.Equal("new", (string?)(await ClaimAsync("{}"))["spec"]!["storageClassName"]);
        Assert.Equal("", (string?)(await ClaimAsync("""{"storageClassName":""}"""))["spec"]!["storageClassName"]);
        Assert.Equal("old", (string?)(await ClaimAsync("""{"storageClassName":"old"}"""))["spec"]!["storageClassName"]);
    }

    [Fact]
    public async Task Claim_NoDefaultClass_StaysWithout() => Assert.Null((await ClaimAsync("{}"))["spec"]!["storageClassName"]);

    [Fact]
    public async Task Ingress_WithoutClass_GetsTheDefault()
    {
        _fixture.Objects.Put(new IngressClass { Metadata = new ObjectMeta { Name = "own", Annotations = new Dictionary<string, string> { ["ingressclass.kubernetes.io/is-default-class"] = "true" } } });

        Assert.Equal("own", (string?)(await _fixture.CreateAsync(Ingress.Resource, """{"metadata":{"name":"i"}}"""))["spec"]!["ingressClassName"]);
        Assert.Null((await _fixture.CreateAsync(Ingress.Resource, """{"metadata":{"name":"i","annotations":{"kubernetes.io/ingress.class":"x"}}}"""))["spec"]!["ingressClassName"]);
    }

    [Fact]
    public async Task Disabled_Plugin_DoesNothing()
    {
        var fixture = new PluginFixture(new AdmissionOptions { Disabled = ["DefaultTolerationSeconds"] });

        var pod = await fixture.CreateAsync(Pod.Resource, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}""");

        Assert.Null(pod["spec"]!["tolerations"]);
    }

    private Task<JsonObject> ClaimAsync(string spec) => _fixture.CreateAsync(PersistentVolumeClaim.Resource, $$$"""{"metadata":{"name":"c"},"spec":{{{spec}}}}""");

    private void PutClass(string name, string made, bool isDefault) => _fixture.Objects.Put(new StorageClass
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            CreationTimestamp = DateTimeOffset.Parse(made, System.Globalization.CultureInfo.InvariantCulture),
            Annotations = new Dictionary<string, string> { ["storageclass.kubernetes.io/is-default-class"] = isDefault ? "true" : "false" },
        },
    });
}
