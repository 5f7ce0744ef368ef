using System.Net;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Verbs;

[Collection(ApiHostCollection.Name)]
public sealed class ServiceTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    private static string Body(string name, string spec) => $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":80}],{{{spec}}}}}""";

    [Fact]
    public async Task The_kubernetes_service_leads_to_this_server()
    {
        var service = (await Api.GetAsync("/api/v1/namespaces/default/services/kubernetes")).Expect(200);
        Assert.Equal("10.43.0.1", (string)service.Body["spec"]!["clusterIP"]!);
        var endpoints = (await Api.GetAsync("/api/v1/namespaces/default/endpoints/kubernetes")).Expect(200);
        Assert.Equal("192.0.2.7", (string)endpoints.Body["subsets"]![0]!["addresses"]![0]!["ip"]!);
        Assert.Equal(host.Address.Port, (int)endpoints.Body["subsets"]![0]!["ports"]![0]!["port"]!);
        var slice = (await Api.GetAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")).Expect(200);
        Assert.Equal("192.0.2.7", (string)slice.Body["endpoints"]![0]!["addresses"]![0]!);
    }

    [Fact]
    public async Task A_service_gets_an_address_of_the_range_that_nobody_else_has()
    {
        var ns = await host.NamespaceAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Api.CreateAsync($"/api/v1/namespaces/{ns}/services", Body($"s{i}", "\"selector\":{\"a\":\"b\"}"))));
        var addresses = made.Select(m => (string)m.Body["spec"]!["clusterIP"]!).ToArray();
        Assert.Equal(20, addresses.Distinct().Count());
        Assert.All(addresses, a => Assert.True(IPNetwork.Parse("10.43.0.0/16").Contains(IPAddress.Parse(a))));
        var spec = made[0].Body["spec"]!;
        Assert.Equal(addresses[0], (string)spec["clusterIPs"]![0]!);
        Assert.Equal("IPv4", (string)spec["ipFamilies"]![0]!);
        Assert.Equal("SingleStack", (string)spec["ipFamilyPolicy"]!);
        Assert.Equal("ClusterIP", (string)spec["type"]!);
        Assert.Null(spec["ports"]![0]!["nodePort"]);
    }

    [Fact]
    public async Task An_address_asked_for_is_given_refused_while_taken_and_free_after_deletion()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/services";
        await Api.CreateAsync(path, Body("a", "\"clusterIP\":\"10.43.0.99\""));
        var taken = (await Api.PostAsync(path, Body("b", "\"clusterIP\":\"10.43.0.99\""))).Expect(422);
        Assert.Contains("provided IP is already allocated", taken.Message);
        Assert.Contains("is not in the valid range", (await Api.PostAsync(path, Body("b", "\"clusterIP\":\"10.99.0.1\""))).Expect(422).Message);
        await Api.DeleteAsync(path + "/a");
        await Api.CreateAsync(path, Body("b", "\"clusterIP\":\"10.43.0.99\""));
        await Api.DeleteAsync(path + "/b");
    }

    [Fact]
    public async Task Node_ports_follow_the_type()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/services";
        var made = await Api.CreateAsync(path, Body("a", "\"type\":\"NodePort\""));
        var port = (int)made.Body["spec"]!["ports"]![0]!["nodePort"]!;
        Assert.InRange(port, 30000, 32767);
        var clash = $$$"""{"metadata":{"name":"b"},"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":{{{port}}}}]}}""";
        Assert.Contains("provided port is already allocated", (await Api.PostAsync(path, clash)).Expect(422).Message);
        Assert.Contains("not in the valid range", (await Api.PostAsync(path, clash.Replace($"{port}", "29999"))).Expect(422).Message);

        // An update that leaves the allocated values out keeps them.
        var kept = (await Api.PutAsync(path + "/a", Body("a", "\"type\":\"NodePort\",\"selector\":{\"x\":\"y\"}"))).Expect(200);
        Assert.Equal(port, (int)kept.Body["spec"]!["ports"]![0]!["nodePort"]!);
        Assert.Equal((string)made.Body["spec"]!["clusterIP"]!, (string)kept.Body["spec"]!["clusterIP"]!);

        var plain = (await Api.MergeAsync(path + "/a", """{"spec":{"type":"ClusterIP"}}""")).Expect(200);
        Assert.Null(plain.Body["spec"]!["ports"]![0]!["nodePort"]);
        (await Api.PostAsync(path, clash)).Expect(201);
    }

    [Fact]
    public async Task Headless_and_external_services_have_no_address()
    {
        var ns = await host.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/services";
        var headless = await Api.CreateAsync(path, Body("h", "\"clusterIP\":\"None\",\"selector\":{\"a\":\"b\"}"));
        Assert.Equal("None", (string)headless.Body["spec"]!["clusterIPs"]![0]!);
        var external = await Api.CreateAsync(path, """{"metadata":{"name":"e"},"spec":{"type":"ExternalName","externalName":"example.com"}}""");
        Assert.Null(external.Body["spec"]!["clusterIP"]);
        var changed = (await Api.MergeAsync(path + "/e", """{"spec":{"type":"ClusterIP","externalName":null,"ports":[{"port":80}]}}""")).Expect(200);
        Assert.StartsWith("10.43.", (string)changed.Body["spec"]!["clusterIP"]!);
        var back = (await Api.MergeAsync(path + "/e", """{"spec":{"type":"ExternalName","externalName":"example.com"}}""")).Expect(200);
        Assert.Null(back.Body["spec"]!["clusterIP"]);
    }
}
