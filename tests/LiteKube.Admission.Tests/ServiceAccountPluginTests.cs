using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Testing;

namespace LiteKube.Admission.Tests;

public sealed class ServiceAccountPluginTests
{
    private const string Pod = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}],"initContainers":[{"name":"i"}]}}""";

    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Create_Pod_MountsTokenCaAndNamespace()
    {
        var pod = await CreateAsync(Pod);

        Assert.Equal("default", (string?)pod["spec"]!["serviceAccountName"]);
        Assert.Equal("default", (string?)pod["spec"]!["serviceAccount"]);
        var volume = Assert.Single(pod["spec"]!["volumes"]!.AsArray())!;
        var name = (string)volume["name"]!;
        Assert.Matches("^kube-api-access-[a-z0-9]{5}$", name);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {"sources":[
                  {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
                  {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},
                  {"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],
                 "defaultMode":420}
                """),
            volume["projected"]));
        foreach (var container in new[] { pod["spec"]!["containers"]![0]!, pod["spec"]!["initContainers"]![0]! })
        {
            var mount = Assert.Single(container["volumeMounts"]!.AsArray())!;
            Assert.Equal((name, "/var/run/secrets/kubernetes.io/serviceaccount", true), ((string)mount["name"]!, (string)mount["mountPath"]!, (bool)mount["readOnly"]!));
        }
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(false, null, false)]
    [InlineData(null, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    public async Task Create_Automount_PodSaysThenAccountSays(bool? pod, bool? account, bool mounted)
    {
        _fixture.Objects.Put(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "ns", Name = "default" }, AutomountServiceAccountToken = account });
        var tree = JsonNode.Parse(Pod)!;
        tree["spec"]!["automountServiceAccountToken"] = pod;

        var created = await CreateAsync(tree.ToJsonString());

        Assert.Equal(mounted, created["spec"]!["volumes"] is not null);
    }

    [Fact]
    public async Task Create_ContainerWithAMountThere_KeepsItsOwn()
    {
        var created = await CreateAsync("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","volumeMounts":[{"name":"mine","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]}}""");

        Assert.Null(created["spec"]!["volumes"]);
        Assert.Equal("mine", (string?)Assert.Single(created["spec"]!["containers"]![0]!["volumeMounts"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task Create_AccountsPullSecrets_AreThePodsUnlessItHasSome()
    {
        _fixture.Objects.Put(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "ns", Name = "default" }, ImagePullSecrets = [new LocalObjectReference { Name = "registry" }] });

        Assert.Equal("registry", (string?)(await CreateAsync(Pod))["spec"]!["imagePullSecrets"]![0]!["name"]);
        var own = await CreateAsync("""{"metadata":{"name":"p"},"spec":{"imagePullSecrets":[{"name":"own"}],"containers":[{"name":"c"}]}}""");
        Assert.Equal("own", (string?)Assert.Single(own["spec"]!["imagePullSecrets"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task Create_NoSuchAccount_IsForbidden()
    {
        var message = await PluginFixture.DeniedAsync(() => CreateAsync("""{"metadata":{"generateName":"web-"},"spec":{"serviceAccountName":"gone","containers":[{"name":"c"}]}}"""));

        Assert.Equal("pods \"web-\" is forbidden: error looking up service account ns/gone: serviceaccount \"gone\" not found", message);
    }

    [Fact]
    public async Task Create_DefaultAccountComesAMomentLater_IsWaitedFor()
    {
        var time = new FakeTime();
        var fixture = new PluginFixture(time: time);
        fixture.Objects.Remove(ServiceAccount.Resource, "ns", "default");
        var creating = fixture.CreateAsync(LiteKube.Api.Core.V1.Pod.Resource, Pod);
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.False(creating.IsCompleted);

        fixture.Objects.Put(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "ns", Name = "default" } });
        var started = TimeProvider.System.GetTimestamp();
        while (!creating.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2));
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.NotNull((await creating)["spec"]!["volumes"]);
    }

    [Fact]
    public async Task Create_MirrorPod_GetsNoAccount()
    {
        const string Mirror = """{"metadata":{"name":"p","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"containers":[{"name":"c"}]}}""";

        Assert.Null((await CreateAsync(Mirror))["spec"]!["serviceAccountName"]);
        Assert.Contains("mirror pod", await PluginFixture.DeniedAsync(() => CreateAsync(Mirror.Replace("\"containers\"", "\"serviceAccountName\":\"default\",\"containers\"", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    private Task<JsonObject> CreateAsync(string json) => _fixture.CreateAsync(LiteKube.Api.Core.V1.Pod.Resource, json);
}
