using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Node.V1;

namespace LiteKube.Admission.Tests;

public sealed class RuntimeClassPluginTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Create_Class_GivesItsCostAndPlace()
    {
        Put();

        var spec = (await CreateAsync("\"runtimeClassName\":\"vm\",\"nodeSelector\":{\"own\":\"x\"},"))["spec"]!;

        Assert.Equal("""{"cpu":"100m"}""", spec["overhead"]!.ToJsonString());
        Assert.Equal("""{"own":"x","vm":"yes"}""", spec["nodeSelector"]!.ToJsonString());
        Assert.Contains(spec["tolerations"]!.AsArray(), t => (string?)t!["key"] == "vm");
    }

    [Theory]
    [InlineData("\"runtimeClassName\":\"gone\",", "pod rejected: RuntimeClass \"gone\" not found")]
    [InlineData("\"runtimeClassName\":\"vm\",\"overhead\":{\"cpu\":\"1\"},", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    [InlineData("\"overhead\":{\"cpu\":\"1\"},", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("\"runtimeClassName\":\"vm\",\"nodeSelector\":{\"vm\":\"no\"},", "conflict: runtimeClass.scheduling.nodeSelector[vm] = yes; pod.spec.nodeSelector[vm] = no")]
    public async Task Create_AtOddsWithItsClass_IsForbidden(string members, string why)
    {
        Put();

        Assert.Equal($"pods \"p\" is forbidden: {why}", await PluginFixture.DeniedAsync(() => CreateAsync(members)));
    }

    private Task<JsonObject> CreateAsync(string members) => _fixture.CreateAsync(Pod.Resource, $$$"""{"metadata":{"name":"p"},"spec":{{{{members}}}"containers":[{"name":"c"}]}}""");

    private void Put() => _fixture.Objects.Put(JsonText.Parse<RuntimeClass>("""
        {"metadata":{"name":"vm"},"handler":"vm","overhead":{"podFixed":{"cpu":"100m"}},
         "scheduling":{"nodeSelector":{"vm":"yes"},"tolerations":[{"key":"vm","operator":"Exists"}]}}
        """));
}
