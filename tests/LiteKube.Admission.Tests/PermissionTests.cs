using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Core.V1;

namespace LiteKube.Admission.Tests;

public sealed class PermissionTests
{
    private const string Csr = """{"metadata":{"name":"c"},"spec":{"signerName":"example.com/mine"},"status":{}}""";
    private const string Approved = """{"metadata":{"name":"c"},"spec":{"signerName":"example.com/mine"},"status":{"conditions":[{"type":"Approved"}]}}""";

    private readonly PluginFixture _fixture = new(new AdmissionOptions { Enabled = ["OwnerReferencesPermissionEnforcement", "ExtendedResourceToleration"] });

    [Theory]
    [InlineData("approval", "approve")]
    [InlineData("status", "sign")]
    public async Task Signing_requests_are_decided_by_who_may_act_for_their_signer(string subresource, string verb)
    {
        Assert.Equal(
            $"certificatesigningrequests.certificates.k8s.io \"c\" is forbidden: user not permitted to {verb} requests with signerName \"example.com/mine\"",
            await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(CertificateSigningRequest.Resource, Csr, Approved, subresource)));

        _fixture.Allowed.Add($"{verb} signers example.com/*");
        await _fixture.UpdateAsync(CertificateSigningRequest.Resource, Csr, Approved, subresource);
    }

    [Fact]
    public async Task A_status_without_news_needs_no_signer() => await _fixture.UpdateAsync(CertificateSigningRequest.Resource, Csr, Csr, "status");

    [Fact]
    public async Task Owners_are_changed_by_who_may_delete_and_held_up_by_who_may_finalize()
    {
        const string Owned = """{"metadata":{"name":"m","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"r","uid":"1","blockOwnerDeletion":true}]}}""";
        const string Free = """{"metadata":{"name":"m"}}""";

        Assert.Equal("configmaps \"m\" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>", await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(ConfigMap.Resource, Free, Owned)));
        _fixture.Allowed.Add("delete configmaps m");
        Assert.Equal(
            "configmaps \"m\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>",
            await PluginFixture.DeniedAsync(() => _fixture.UpdateAsync(ConfigMap.Resource, Free, Owned)));
        _fixture.Allowed.Add("update replicasets/finalizers r");
        await _fixture.UpdateAsync(ConfigMap.Resource, Free, Owned);
    }

    [Fact]
    public async Task Owners_are_free_where_the_plugin_was_not_asked_for() =>
        await new PluginFixture().UpdateAsync(ConfigMap.Resource, """{"metadata":{"name":"m"}}""", """{"metadata":{"name":"m","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1","blockOwnerDeletion":true}]}}""");

    [Fact]
    public async Task Pods_tolerate_the_extended_resources_that_they_ask_for()
    {
        var pod = await _fixture.CreateAsync(Pod.Resource, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1","example.com/gpu":"1"}}}]}}""");

        Assert.Contains(pod["spec"]!["tolerations"]!.AsArray(), t => t!.ToJsonString() == """{"key":"example.com/gpu","operator":"Exists","effect":"NoSchedule"}""");
    }

    [Fact]
    public async Task Claims_and_volumes_are_protected_from_the_start()
    {
        var claim = await _fixture.CreateAsync(PersistentVolumeClaim.Resource, """{"metadata":{"name":"c"},"spec":{}}""");
        var volume = await _fixture.CreateAsync(PersistentVolume.Resource, """{"metadata":{"name":"v"},"spec":{}}""");

        Assert.Equal("""["kubernetes.io/pvc-protection"]""", claim["metadata"]!["finalizers"]!.ToJsonString());
        Assert.Equal("""["kubernetes.io/pv-protection"]""", volume["metadata"]!["finalizers"]!.ToJsonString());
    }

    [Theory]
    [InlineData("Pending", true, "Only bound persistent volume claims can be expanded")]
    [InlineData("Bound", false, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")]
    [InlineData("Bound", true, null)]
    public async Task A_claim_grows_when_it_is_bound_and_its_class_allows(string phase, bool allowed, string? why)
    {
        _fixture.Objects.Put(new Api.Storage.V1.StorageClass { Metadata = new Api.Meta.V1.ObjectMeta { Name = "s" }, Provisioner = "p", AllowVolumeExpansion = allowed });
        string Claim(string size) => $$$$"""{"metadata":{"name":"c"},"spec":{"storageClassName":"s","resources":{"requests":{"storage":"{{{{size}}}}"} } },"status":{"phase":"{{{{phase}}}}"} }""";
        var grow = () => _fixture.UpdateAsync(PersistentVolumeClaim.Resource, Claim("1Gi"), Claim("2Gi"));

        if (why is null)
            await grow();
        else
            Assert.Equal($"persistentvolumeclaims \"c\" is forbidden: {why}", await PluginFixture.DeniedAsync(grow));
    }
}
