using System.Text.Json.Nodes;
using LiteKube.ApiServer.Tests.Hosting;

namespace LiteKube.ApiServer.Tests.CustomResources;

[Collection(ApiHostCollection.Name)]
public sealed class LargeDefinitionTests(ApiHost host)
{
    private ApiClient Api => host.Admin;

    [Fact]
    public async Task A_definition_like_those_of_large_projects_is_accepted_and_holds()
    {
        var widgets = new Definitions(Api);
        var ns = await host.NamespaceAsync();
        await widgets.CreateAsync(LargeDefinition.Spec);
        const string good = """
            {"parentRefs":[{"name":"front"},{"name":"back","sectionName":"s"}],"hostnames":["*.example.com"],
             "rules":[{"name":"one","matches":[{"path":{"value":"/a"},"headers":[{"name":"h","value":"v"}]}],"timeouts":{"request":"10s","backendRequest":"5s"},
               "filters":[{"type":"URLRewrite","urlRewrite":{"path":{"type":"ReplacePrefixMatch","replacePrefixMatch":"/b"}}}],
               "backendRefs":[{"ref":{"group":"","kind":"Service","name":"s","port":80},"filters":[{"type":"RequestHeaderModifier","requestHeaderModifier":{"set":[{"name":"a","value":"b"}]}}]}]}]}
            """;

        var made = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("good", $"\"spec\":{good}"))).Expect(201);
        Assert.Equal("routes.example.com", (string?)made.Body["spec"]!["parentRefs"]![0]!["group"]);
        Assert.Equal(1, (int?)made.Body["spec"]!["rules"]![0]!["backendRefs"]![0]!["weight"]);

        await RefusedAsync(s => s["rules"]![0]!["matches"]![0]!["path"]!["value"] = "a//b", "value must be an absolute path and start with '/'", "must not contain '//'");
        await RefusedAsync(s => s["rules"]![0]!["timeouts"]!["backendRequest"] = "1m", "spec.rules[0].timeouts: Invalid value: \"object\": backendRequest timeout cannot be longer than request timeout");
        await RefusedAsync(s => s["parentRefs"]!.AsArray().Add(s["parentRefs"]![0]!.DeepClone()), "sectionName must be unique when parentRefs includes 2 or more references to the same parent");
        await RefusedAsync(s => s["rules"]![0]!["filters"]!.AsArray().Add(s["rules"]![0]!["filters"]![0]!.DeepClone()), "spec.rules[0].filters: Invalid value: \"array\": URLRewrite filter cannot be repeated");
        await RefusedAsync(s => s["rules"]![0]!["backendRefs"]![0]!["filters"]![0]!["type"] = "RequestMirror", "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier", "filter.requestMirror must be specified for RequestMirror filter.type");
        await RefusedAsync(s => s["rules"]![0]!["backendRefs"]![0]!["ref"]!.AsObject().Remove("port"), "a Service needs a port");

        async Task RefusedAsync(Action<JsonNode> change, params string[] messages)
        {
            var spec = JsonNode.Parse(good)!;
            change(spec);
            var refused = (await Api.PostAsync(widgets.Objects(ns), widgets.Object("bad", $"\"spec\":{spec.ToJsonString()}"))).Expect(422);
            foreach (var message in messages)
                Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        }
    }
}
