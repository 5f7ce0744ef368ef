using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.Contract;

[Collection(ApiHostCollection.Name)]
public sealed class StableDiscoveryTests(ApiHost host)
{
    public static TheoryData<string> GroupVersions() => [.. StableResource.All.Select(r => r.Path).Distinct()];

    [Theory]
    [MemberData(nameof(GroupVersions))]
    public async Task Every_stable_resource_is_listed_with_its_names_verbs_and_subresources(string path)
    {
        var listed = (await host.Admin.GetAsync(path)).Expect(200).Body["resources"]!.AsArray().ToDictionary(r => (string)r!["name"]!, r => r!.AsObject());
        var wanted = StableResource.All.Where(r => r.Path == path).ToArray();
        Assert.Equal(wanted.SelectMany(r => r.Subresources.Keys.Select(s => $"{r.Plural}/{s}").Append(r.Plural)).Order(StringComparer.Ordinal), listed.Keys.Order(StringComparer.Ordinal));
        foreach (var resource in wanted)
        {
            var found = listed[resource.Plural];
            Assert.Equal((resource.Kind, resource.Namespaced), ((string)found["kind"]!, (bool)found["namespaced"]!));
            if (resource.Singular is not null)
                Assert.Equal(resource.Singular, (string)found["singularName"]!);
            Assert.Equal(resource.ShortNames, Texts(found, "shortNames"));
            Assert.Equal(resource.Categories, Texts(found, "categories"));
            Assert.Equal(resource.Verbs, Texts(found, "verbs").Order(StringComparer.Ordinal));
            foreach (var (name, verbs) in resource.Subresources)
                Assert.Equal(verbs.Order(StringComparer.Ordinal), Texts(listed[$"{resource.Plural}/{name}"], "verbs").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_aggregated_form_says_the_same()
    {
        foreach (var root in (string[])["/api", "/apis"])
        {
            var document = (await host.Admin.GetAsync(root, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")).Expect(200);
            var found = document.Body["items"]!.AsArray().SelectMany(g => g!["versions"]!.AsArray().SelectMany(v => v!["resources"]!.AsArray().Select(r =>
                $"{root}/{string.Join('/', ((string[])[(string?)g["metadata"]?["name"] ?? "", (string)v["version"]!]).Where(p => p.Length > 0))} {r!["resource"]} {r["scope"]} {r["responseKind"]!["kind"]}"))).ToHashSet();
            foreach (var resource in StableResource.All.Where(r => r.Path.StartsWith(root + "/", StringComparison.Ordinal)))
                Assert.Contains($"{resource.Path} {resource.Plural} {(resource.Namespaced ? "Namespaced" : "Cluster")} {resource.Kind}", found);
        }
    }

    private static string[] Texts(JsonObject resource, string name) => [.. (resource[name] as JsonArray ?? []).Select(v => (string)v!)];
}
