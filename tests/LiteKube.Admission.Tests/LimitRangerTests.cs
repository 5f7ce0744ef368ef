using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Tests;

public sealed class LimitRangerTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Create_ContainerThatAsksForNothing_GetsDefaultsAndANote()
    {
        Put("""{"type":"Container","default":{"cpu":"500m","memory":"512Mi"},"defaultRequest":{"cpu":"100m","memory":"200Mi"}}""");

        var pod = await CreateAsync("");

        Assert.Equal("""{"requests":{"cpu":"100m","memory":"200Mi"},"limits":{"cpu":"500m","memory":"512Mi"}}""", pod["spec"]!["containers"]![0]!["resources"]!.ToJsonString());
        Assert.Equal(
            "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c",
            (string?)pod["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"]);
    }

    [Fact]
    public async Task Create_ContainerThatAsksForSome_KeepsItAndGetsTheRest()
    {
        Put("""{"type":"Container","default":{"cpu":"500m","memory":"512Mi"},"defaultRequest":{"cpu":"100m","memory":"200Mi"}}""");

        var pod = await CreateAsync("""{"requests":{"cpu":"300m"},"limits":{"memory":"1Gi"}}""");

        Assert.Equal("""{"requests":{"cpu":"300m","memory":"200Mi"},"limits":{"memory":"1Gi","cpu":"500m"}}""", pod["spec"]!["containers"]![0]!["resources"]!.ToJsonString());
    }

    [Fact]
    public async Task Create_MaximumAlone_IsDefaultLimitAndRequest()
    {
        Put("""{"type":"Container","max":{"cpu":"1"}}""");

        Assert.Equal("""{"requests":{"cpu":"1"},"limits":{"cpu":"1"}}""", (await CreateAsync(""))["spec"]!["containers"]![0]!["resources"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"type":"Container","min":{"cpu":"50m"}}""", """{"requests":{"cpu":"10m"}}""", "minimum cpu usage per Container is 50m, but request is 10m")]
    [InlineData("""{"type":"Container","max":{"cpu":"500m"}}""", """{"requests":{"cpu":"100m"},"limits":{"cpu":"600m"}}""", "maximum cpu usage per Container is 500m, but limit is 600m")]
    [InlineData("""{"type":"Container","maxLimitRequestRatio":{"cpu":"2"}}""", """{"requests":{"cpu":"100m"},"limits":{"cpu":"300m"}}""", "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000")]
    [InlineData("""{"type":"Pod","max":{"memory":"1Gi"}}""", """{"limits":{"memory":"2Gi"}}""", "maximum memory usage per Pod is 1Gi, but limit is 2Gi")]
    [InlineData("""{"type":"Pod","max":{"memory":"1Gi"}}""", "", "maximum memory usage per Pod is 1Gi. No limit is specified")]
    [InlineData("""{"type":"Pod","min":{"memory":"1Gi"}}""", "", "minimum memory usage per Pod is 1Gi. No request is specified")]
    public async Task Create_OutOfBounds_IsForbidden(string item, string resources, string why)
    {
        Put(item);

        Assert.Equal($"pods \"p\" is forbidden: {why}", await PluginFixture.DeniedAsync(() => CreateAsync(resources)));
    }

    [Fact]
    public async Task Create_ManyProblems_AreAllNamed()
    {
        Put("""{"type":"Container","max":{"cpu":"1","memory":"1Gi"}}""");

        var message = await PluginFixture.DeniedAsync(() => CreateAsync("""{"limits":{"cpu":"2","memory":"2Gi"}}"""));

        Assert.Equal("pods \"p\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]", message);
    }

    [Fact]
    public async Task Create_InitContainers_CountByTheLargest()
    {
        Put("""{"type":"Pod","max":{"cpu":"1"}}""");

        var message = await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, """
            {"metadata":{"name":"p"},"spec":{
              "containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}}}],
              "initContainers":[{"name":"i","resources":{"limits":{"cpu":"1200m"}}},{"name":"s","restartPolicy":"Always","resources":{"limits":{"cpu":"100m"}}}]}}
            """));

        Assert.EndsWith("but limit is 1200m", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5Gi", null)]
    [InlineData("500Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi")]
    [InlineData("20Gi", "maximum storage usage per PersistentVolumeClaim is 10Gi, but request is 20Gi")]
    public async Task Create_Claim_StaysInBounds(string storage, string? why)
    {
        Put("""{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"10Gi"}}""");
        var create = () => _fixture.CreateAsync(PersistentVolumeClaim.Resource, $$$$$"""{"metadata":{"name":"c"},"spec":{"resources":{"requests":{"storage":"{{{{{storage}}}}}"}}}}""");

        if (why is null)
            await create();
        else
            Assert.Equal($"persistentvolumeclaims \"c\" is forbidden: {why}", await PluginFixture.DeniedAsync(create));
    }

    private Task<System.Text.Json.Nodes.JsonObject> CreateAsync(string resources) => _fixture.CreateAsync(
        Pod.Resource,
        $$$$$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"{{{{{(resources.Length > 0 ? ",\"resources\":" + resources : "")}}}}}}]}}""");

    private void Put(string item) => _fixture.Objects.Put(JsonText.Parse<LimitRange>($$$"""{"metadata":{"namespace":"ns","name":"limits"},"spec":{"limits":[{{{item}}}]}}"""));
}
