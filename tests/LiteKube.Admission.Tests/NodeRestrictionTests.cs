using LiteKube.Api.Coordination.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Resource.V1;
using LiteKube.Api.Security;
using LiteKube.Api.Storage.V1;

namespace LiteKube.Admission.Tests;

using Node = LiteKube.Api.Core.V1.Node;

public sealed class NodeRestrictionTests
{
    private readonly PluginFixture _fixture = new() { User = UserInfo.Of("system:node:a", "system:nodes") };

    [Fact]
    public async Task Node_OwnAndOther_OnlyOwnIsWritten()
    {
        await _fixture.CreateAsync(Node.Resource, """{"metadata":{"name":"a","labels":{"kubernetes.io/hostname":"a","kubernetes.io/os":"linux","own":"x"}}}""");
        await _fixture.UpdateAsync(Node.Resource, """{"metadata":{"name":"a"}}""", """{"metadata":{"name":"a"},"status":{}}""", "status");

        Assert.Equal("nodes \"b\" is forbidden: node \"a\" is not allowed to modify node \"b\"", await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(Node.Resource, """{"metadata":{"name":"b"}}""", """{"metadata":{"name":"b"}}""", "status")));
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Node.Resource, """{"metadata":{"name":"b"}}"""));
        await PluginFixture.DeniedAsync(() => _fixture.DeleteAsync(Node.Resource, """{"metadata":{"name":"b"}}"""));
    }

    [Theory]
    [InlineData("node-restriction.kubernetes.io/zone", false)]
    [InlineData("sub.node-restriction.kubernetes.io/zone", false)]
    [InlineData("node-role.kubernetes.io/control-plane", false)]
    [InlineData("k8s.io/x", false)]
    [InlineData("topology.kubernetes.io/zone", true)]
    [InlineData("node.kubernetes.io/anything", true)]
    [InlineData("example.com/x", true)]
    public async Task Node_Label_IsTheAdministratorsOrTheNodes(string label, bool allowed)
    {
        var update = () => _fixture.UpdateAsync(Node.Resource, """{"metadata":{"name":"a"}}""", $$$$"""{"metadata":{"name":"a","labels":{"{{{{label}}}}":"x"}}}""");

        if (allowed)
            await update();
        else
            Assert.Equal($"nodes \"a\" is forbidden: is not allowed to modify labels: {label}", await PluginFixture.DeniedAsync(update));
    }

    [Fact]
    public async Task Node_OwnTaints_StayAsTheyAre() =>
        await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(Node.Resource, """{"metadata":{"name":"a"},"spec":{"taints":[{"key":"x","effect":"NoSchedule"}]}}""", """{"metadata":{"name":"a"},"spec":{}}"""));

    [Fact]
    public async Task Pod_StatusAndDeletion_OfItsOwnPodsOnly()
    {
        const string Own = """{"metadata":{"name":"p"},"spec":{"nodeName":"a"}}""";
        const string Other = """{"metadata":{"name":"p"},"spec":{"nodeName":"b"}}""";

        await _fixture.UpdateAsync(Pod.Resource, Own, Own, "status");
        await _fixture.DeleteAsync(Pod.Resource, Own);
        await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(Pod.Resource, Other, Own, "status"));
        await PluginFixture.DeniedAsync(() => _fixture.DeleteAsync(Pod.Resource, Other));
        await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(Pod.Resource, Own, Own));
    }

    [Fact]
    public async Task Pod_Create_MirrorPodsOfItsOwnOnly()
    {
        const string Mirror = """{"metadata":{"name":"p","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"a","containers":[{"name":"c"}]}}""";

        await _fixture.CreateAsync(Pod.Resource, Mirror);
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, """{"metadata":{"name":"p"},"spec":{"nodeName":"a","containers":[{"name":"c"}]}}"""));
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, Mirror.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)));
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Pod.Resource, Mirror.Replace("\"containers\"", "\"volumes\":[{\"name\":\"v\",\"secret\":{\"secretName\":\"s\"}}],\"containers\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Lease_OfItsOwnNameInItsNamespaceOnly()
    {
        _fixture.Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "kube-node-lease" } });

        await _fixture.CreateAsync(Lease.Resource, """{"metadata":{"namespace":"kube-node-lease","name":"a"}}""");
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Lease.Resource, """{"metadata":{"namespace":"kube-node-lease","name":"b"}}"""));
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(Lease.Resource, """{"metadata":{"name":"a"}}"""));
    }

    [Fact]
    public async Task Token_ForPodsOfItsOwnOnly()
    {
        var own = _fixture.Objects.Put(new Pod { Metadata = new ObjectMeta { Namespace = "ns", Name = "own" }, Spec = new PodSpec { NodeName = "a" } });
        var other = _fixture.Objects.Put(new Pod { Metadata = new ObjectMeta { Namespace = "ns", Name = "other" }, Spec = new PodSpec { NodeName = "b" } });

        await TokenAsync("own", own.Metadata.Uid!);
        await PluginFixture.DeniedAsync(() => TokenAsync("other", other.Metadata.Uid!));
        await PluginFixture.DeniedAsync(() => TokenAsync("own", "another"));
        await PluginFixture.DeniedAsync(() => TokenAsync("gone", "x"));
        await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(ServiceAccount.Resource, """{"spec":{"audiences":[]}}""", "token"));
    }

    [Fact]
    public async Task OthersThanNodes_AreNotRestricted()
    {
        var fixture = new PluginFixture { User = UserInfo.Of("system:node:a") };

        await fixture.UpdateAsync(Node.Resource, """{"metadata":{"name":"b"}}""", """{"metadata":{"name":"b"}}""");
    }

    [Fact]
    public async Task Token_AudienceThatThePodDoesNotAskFor_IsRefused()
    {
        _fixture.Objects.Put(new CSIDriver { Metadata = new ObjectMeta { Name = "driver" }, Spec = new CSIDriverSpec { TokenRequests = [new Api.Storage.V1.TokenRequest { Audience = "by-driver" }] } });
        var pod = _fixture.Objects.Put(new Pod
        {
            Metadata = new ObjectMeta { Namespace = "ns", Name = "audiences" },
            Spec = new PodSpec
            {
                NodeName = "a",
                Volumes =
                [
                    new Volume { Name = "t", Projected = new ProjectedVolumeSource { Sources = [new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { Audience = "vault", Path = "t" } }] } },
                    new Volume { Name = "c", Csi = new CSIVolumeSource { Driver = "driver" } },
                ],
            },
        });
        Task AskAsync(string audience) => _fixture.CreateAsync(
            ServiceAccount.Resource,
            $$$$"""{"metadata":{"name":"default"},"spec":{"audiences":["{{{{audience}}}}"],"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"audiences","uid":"{{{{pod.Metadata.Uid}}}}"}}}""",
            "token");

        await AskAsync("vault");
        await AskAsync("by-driver");
        Assert.Contains("audience \"bank\" not found in pod spec volume", await PluginFixture.DeniedAsync(() => AskAsync("bank")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_LabelsThroughItsStatus_StayAsTheyAre() =>
        Assert.Contains("cannot update labels through pod status", await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(
            Pod.Resource, """{"metadata":{"name":"p"},"spec":{"nodeName":"a"}}""", """{"metadata":{"name":"p","labels":{"x":"y"}},"spec":{"nodeName":"a"}}""", "status")), StringComparison.Ordinal);

    [Fact]
    public async Task Slice_OfAnotherNode_IsRefused()
    {
        await _fixture.CreateAsync(ResourceSlice.Resource, """{"metadata":{"name":"s"},"spec":{"nodeName":"a"}}""");
        Assert.Contains("can only create ResourceSlice with the same NodeName", await PluginFixture.DeniedAsync(() => _fixture.CreateAsync(ResourceSlice.Resource, """{"metadata":{"name":"s"},"spec":{"nodeName":"b"}}""")), StringComparison.Ordinal);
    }

    private Task TokenAsync(string pod, string uid) => _fixture.CreateAsync(
        ServiceAccount.Resource,
        $$$$"""{"metadata":{"name":"default"},"spec":{"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"{{{{pod}}}}","uid":"{{{{uid}}}}"}}}""",
        "token");
}
