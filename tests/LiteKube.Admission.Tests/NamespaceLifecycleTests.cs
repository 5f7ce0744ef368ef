using LiteKube.Api;
using LiteKube.Api.Authorization.V1;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Admission.Tests;

public sealed class NamespaceLifecycleTests
{
    private readonly PluginFixture _fixture = new();

    [Fact]
    public async Task Create_NoSuchNamespace_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<ApiException>(() => _fixture.CreateAsync(ConfigMap.Resource, """{"metadata":{"namespace":"gone","name":"a"}}"""));

        Assert.Equal(StatusReason.NotFound, error.Reason);
        Assert.Equal("namespaces \"gone\" not found", error.Message);
    }

    [Fact]
    public async Task Create_NamespaceTerminating_IsForbiddenWithItsCause()
    {
        Terminate();

        var error = await Assert.ThrowsAsync<ApiException>(() => _fixture.CreateAsync(ConfigMap.Resource, """{"metadata":{"name":"a"}}"""));

        Assert.Equal("configmaps \"a\" is forbidden: unable to create new content in namespace ns because it is being terminated", error.Message);
        var cause = Assert.Single(error.Status.Details!.Causes);
        Assert.Equal(("NamespaceTerminating", "namespace ns is being terminated", "metadata.namespace"), (cause.Reason, cause.Message, cause.Field));
    }

    [Fact]
    public async Task Update_NamespaceTerminating_IsAllowed()
    {
        Terminate();

        await _fixture.UpdateAsync(ConfigMap.Resource, """{"metadata":{"name":"a"}}""", """{"metadata":{"name":"a"}}""");
    }

    [Fact]
    public async Task Create_AccessReviewInNoNamespace_IsAllowed() =>
        await _fixture.CreateAsync(LocalSubjectAccessReview.Resource, """{"metadata":{"namespace":"gone"}}""");

    [Theory]
    [InlineData("default", true)]
    [InlineData("kube-system", true)]
    [InlineData("kube-public", true)]
    [InlineData("ns", false)]
    public async Task Delete_NamespaceOfTheSystem_IsForbidden(string name, bool forbidden)
    {
        var delete = () => _fixture.DeleteAsync(Namespace.Resource, $$$"""{"metadata":{"name":"{{{name}}}"}}""");

        if (forbidden)
            Assert.Equal($"namespaces \"{name}\" is forbidden: this namespace may not be deleted", await PluginFixture.DeniedAsync(delete));
        else
            await delete();
    }

    private void Terminate() => _fixture.Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns" }, Status = new NamespaceStatus { Phase = "Terminating" } });
}
