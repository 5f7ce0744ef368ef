using System.Text;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>Whoever applies a status comes to own what the status path can write, and nothing else.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class StatusOwnershipTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task The_status_of_a_deployment_takes_neither_labels_nor_spec()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments/d";
        await Api.CreateAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("d"));
        (await Api.ApplyAsync(path + "/status", "c", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {side: left}, annotations: {note: short}}, spec: {replicas: 9}, status: {replicas: 3}}")).Expect(200);
        var read = await Api.GetAsync(path);
        Assert.Equal("""{"f:metadata":{"f:annotations":{"f:note":{}}},"f:status":{"f:replicas":{}}}""", Owned(read, "c"));
        Assert.Null(read.Metadata["labels"]?["side"]);
        Assert.NotEqual(9, (int)read.Body["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task The_status_of_a_pod_takes_no_owners()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/pods/p";
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        (await Api.ApplyAsync(path + "/status", "c",
            "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {side: left}, ownerReferences: [{apiVersion: v1, kind: Node, name: other, uid: u1}]}, status: {phase: Running}}")).Expect(200);
        var read = await Api.GetAsync(path);
        Assert.Equal("""{"f:metadata":{"f:labels":{"f:side":{}}},"f:status":{"f:phase":{}}}""", Owned(read, "c"));
        Assert.Null(read.Metadata["ownerReferences"]);
    }

    [Fact]
    public async Task The_status_of_a_flow_schema_takes_no_metadata()
    {
        const string path = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/probes";
        (await Api.ApplyAsync(path + "/status", "owner-test",
            "{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: probes, labels: {side: left}}, status: {conditions: [{type: Mine, status: 'True'}]}}")).Expect(200);
        var read = await Api.GetAsync(path);
        Assert.DoesNotContain("f:metadata", Owned(read, "owner-test"), StringComparison.Ordinal);
        Assert.Contains("Mine", Owned(read, "owner-test"), StringComparison.Ordinal);
        Assert.Null(read.Metadata["labels"]?["side"]);
        (await Api.ApplyAsync(path + "/status", "owner-test", "{apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: {name: probes}}")).Expect(200);
    }

    private static string Owned(ApiAnswer answer, string manager) => Encoding.UTF8.GetString(JsonTree.Write(
        answer.Metadata["managedFields"]!.AsArray().Single(e => (string?)e!["manager"] == manager && (string?)e["subresource"] == "status")!["fieldsV1"]!));
}
