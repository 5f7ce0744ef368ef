using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

/// <summary>The objects by which others see what range Services have their addresses from, and which are taken.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class AddressTests(ApiHost host)
{
    // Those asked for here are of the first 256, which no Service is given that asks for none.
    private const string Addresses = "/apis/networking.k8s.io/v1/ipaddresses";

    private ApiClient Api => host.Admin;

    [Fact]
    public async Task The_range_of_services_is_there_and_ready()
    {
        var range = (await Api.GetAsync("/apis/networking.k8s.io/v1/servicecidrs/kubernetes")).Expect(200);
        Assert.Equal("10.43.0.0/16", (string)range.Body["spec"]!["cidrs"]![0]!);
        Assert.Equal("networking.k8s.io/service-cidr-finalizer", (string)range.Metadata["finalizers"]![0]!);
        var condition = Assert.Single(range.Body["status"]!["conditions"]!.AsArray())!;
        Assert.Equal(("Ready", "True"), ((string)condition["type"]!, (string)condition["status"]!));
        var status = (await Api.GetAsync("/apis/networking.k8s.io/v1/servicecidrs/kubernetes/status")).Expect(200);
        Assert.Equal((string)range.Metadata["uid"]!, (string)status.Metadata["uid"]!);
    }

    [Fact]
    public async Task An_address_has_an_object_for_as_long_as_a_service_holds_it()
    {
        var ns = await host.NamespaceAsync();
        var made = await Api.CreateAsync($"/api/v1/namespaces/{ns}/services", Service("a", ""));
        var path = $"{Addresses}/{(string)made.Body["spec"]!["clusterIP"]!}";
        var record = (await Api.GetAsync(path)).Expect(200);
        Assert.Equal("ipallocator.k8s.io", (string)record.Metadata["labels"]!["ipaddress.kubernetes.io/managed-by"]!);
        Assert.Equal("IPv4", (string)record.Metadata["labels"]!["ipaddress.kubernetes.io/ip-family"]!);
        var parent = record.Body["spec"]!["parentRef"]!;
        Assert.Equal(("services", ns, "a"), ((string)parent["resource"]!, (string)parent["namespace"]!, (string)parent["name"]!));

        (await Api.MergeAsync($"/api/v1/namespaces/{ns}/services/a", """{"spec":{"type":"ExternalName","externalName":"example.com"}}""")).Expect(200);
        (await Api.GetAsync(path)).Expect(404);
        var back = (await Api.MergeAsync($"/api/v1/namespaces/{ns}/services/a", """{"spec":{"type":"ClusterIP","externalName":null}}""")).Expect(200);
        path = $"{Addresses}/{(string)back.Body["spec"]!["clusterIP"]!}";
        (await Api.GetAsync(path)).Expect(200);
        (await Api.DeleteAsync($"/api/v1/namespaces/{ns}/services/a")).Expect(200);
        (await Api.GetAsync(path)).Expect(404);
        (await Api.GetAsync(Addresses + "/10.43.0.1")).Expect(200);
    }

    [Fact]
    public async Task An_address_that_somebody_keeps_by_hand_is_given_to_no_service()
    {
        var ns = await host.NamespaceAsync();
        (await Api.PostAsync(Addresses, """{"metadata":{"name":"10.43.0.201"},"spec":{"parentRef":{"group":"example.com","resource":"balancers","name":"b"}}}""")).Expect(201);
        var refused = (await Api.PostAsync($"/api/v1/namespaces/{ns}/services", Service("a", "\"clusterIP\":\"10.43.0.201\","))).Expect(422);
        Assert.Contains("provided IP is already allocated", refused.Message);
        (await Api.DeleteAsync(Addresses + "/10.43.0.201")).Expect(200);
        (await Api.PostAsync($"/api/v1/namespaces/{ns}/services", Service("a", "\"clusterIP\":\"10.43.0.201\","))).Expect(201);
        (await Api.DeleteAsync($"/api/v1/namespaces/{ns}/services/a")).Expect(200);
    }

    [Fact]
    public async Task A_record_that_somebody_deletes_comes_back_and_one_without_its_service_goes()
    {
        var ns = await host.NamespaceAsync();
        await Api.CreateAsync($"/api/v1/namespaces/{ns}/services", Service("kept", "\"clusterIP\":\"10.43.0.202\","));
        using var watch = await Api.WatchAsync($"{Addresses}?resourceVersion={host.Store.Revision}");
        (await Api.DeleteAsync(Addresses + "/10.43.0.202")).Expect(200);
        (await Api.PostAsync(Addresses, $$$"""{"metadata":{"name":"10.43.0.203","labels":{"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},"spec":{"parentRef":{"resource":"services","namespace":"{{{ns}}}","name":"gone"} } }""")).Expect(201);
        var added = 0;
        var removed = 0;
        while (added == 0 || removed == 0)
        {
            var next = await watch.NextAsync();
            Assert.NotNull(next);
            added += next is { Type: "ADDED", Name: "10.43.0.202" } ? 1 : 0;
            removed += next is { Type: "DELETED", Name: "10.43.0.203" } ? 1 : 0;
        }

        (await Api.DeleteAsync($"/api/v1/namespaces/{ns}/services/kept")).Expect(200);
    }

    private static string Service(string name, string more) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{ {{{more}}}"ports":[{"port":80}]} }""";
}
